package ai.adraa.inbox.server;

import ai.adraa.inbox.server.database.Database;
import ai.adraa.inbox.server.database.DatabaseLocation;
import ai.adraa.inbox.server.http.Json;
import ai.adraa.inbox.server.model.Company;
import ai.adraa.inbox.server.model.TokenSummary;
import ai.adraa.inbox.server.model.TokenVerification;
import ai.adraa.inbox.server.secret.Secret;
import ai.adraa.inbox.server.token.Token;
import ai.adraa.inbox.server.token.TokenStore;
import com.fasterxml.jackson.core.JsonProcessingException;
import io.github.thibaultmeyer.cuid.CUID;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a verification spends inside, part by part. In the server's package, whose parts are not
 * public.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class RequestParts {
  private final List<String> secrets;
  private final List<byte[]> hashes;
  private final Database database;
  private final TokenStore store;
  private int next;

  /** Opens the database that {@code benchmark.database} names, with the secrets beside it. */
  public RequestParts() {
    Path file = Path.of(System.getProperty("benchmark.database"));
    database = Databases.open(new DatabaseLocation(file.toString()));
    store = new TokenStore(database);
    try {
      secrets = Files.readAllLines(file.resolveSibling("active"));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    hashes = secrets.stream().map(secret -> new Secret(secret).hash()).toList();
  }

  /** Closes it. */
  @TearDown
  public void close() {
    database.close();
  }

  /** The form and checksum of a secret, and its hash. */
  @Benchmark
  public byte[] checkAndHash() {
    Secret secret = new Secret(secrets.get(next++ % secrets.size()));
    return secret.isWellFormedToken() ? secret.hash() : new byte[0];
  }

  /** The database's answer, the look at its files included. */
  @Benchmark
  public Optional<Token.Verified> readTheDatabase() {
    return store.findActive(hashes.get(next++ % hashes.size()), Instant.EPOCH);
  }

  /** The answer's JSON. */
  @Benchmark
  public byte[] writeJson() throws JsonProcessingException {
    return Json.MAPPER.writeValueAsBytes(
        new TokenVerification()
            .company(new Company().id("cmbxgvq1e0000ph01a2b3c4d5").name("benchmark"))
            .token(new TokenSummary().id("cmbxh1k3a0001ph01e6f7g8h9").name("Benchmark")));
  }

  /** A request's id. */
  @Benchmark
  public String newRequestId() {
    return CUID.randomCUID1().toString();
  }
}
