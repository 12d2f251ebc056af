package ai.adraa.inbox.conformance.support;

import io.restassured.http.ContentType;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.spec.ECGenParameterSpec;
import java.util.Base64;

/** Signs reports as GitHub's secret scanning does, with a key of its own. */
public final class GitHub {
  private static final String PATH = "/api/v1/leaked-tokens/github";

  private final String keyId;
  private final KeyPair pair;

  /** Makes a new key. */
  public GitHub(String keyId) {
    this.keyId = keyId;
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      pair = generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Writes the public key to a new file, and returns it. */
  public Path published() {
    try {
      Path file = Files.createTempFile("github-keys", ".json");
      file.toFile().deleteOnExit();
      publish(file);
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes the public key in GitHub's format. */
  public void publish(Path file) {
    String pem =
        "-----BEGIN PUBLIC KEY-----\\n%s\\n-----END PUBLIC KEY-----\\n"
            .formatted(Base64.getEncoder().encodeToString(pair.getPublic().getEncoded()));
    try {
      Files.writeString(
          file,
          "{\"public_keys\":[{\"key_identifier\":\"%s\",\"key\":\"%s\",\"is_current\":true}]}"
              .formatted(keyId, pem));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns the signature of a body, in base64. */
  public String sign(String body) {
    try {
      Signature signature = Signature.getInstance("SHA256withECDSA");
      signature.initSign(pair.getPrivate());
      signature.update(body.getBytes(StandardCharsets.UTF_8));
      return Base64.getEncoder().encodeToString(signature.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Adds the headers of a signed report. */
  public RequestSpecification signed(RequestSpecification request, String body) {
    return request
        .header("Github-Public-Key-Identifier", keyId)
        .header("Github-Public-Key-Signature", sign(body));
  }

  /** Sends a signed report. */
  public Response report(RequestSpecification request, String body) {
    return report(request, body, sign(body));
  }

  /** Sends a report with a signature. */
  public Response report(RequestSpecification request, String body, String signature) {
    return request
        .contentType(ContentType.JSON)
        .header("Github-Public-Key-Identifier", keyId)
        .header("Github-Public-Key-Signature", signature)
        .body(body.getBytes(StandardCharsets.UTF_8))
        .post(PATH);
  }
}
