package ai.adraa.inbox.server.rest;

import ai.adraa.inbox.server.api.LeakedTokensApi;
import ai.adraa.inbox.server.model.GitHubMatch;
import ai.adraa.inbox.server.model.GitHubVerdict;
import ai.adraa.inbox.server.model.LeakReport;
import ai.adraa.inbox.server.secret.Secret;
import ai.adraa.inbox.server.token.LeakReports;
import jakarta.ws.rs.core.Response;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/** Takes reports of leaked tokens, from anyone and from GitHub. */
final class LeakedTokensResource implements LeakedTokensApi {
  private final LeakReports reports;

  LeakedTokensResource(LeakReports reports) {
    this.reports = reports;
  }

  @Override
  public Response reportLeakedTokens(LeakReport report) {
    var unused =
        reports.report(
            report.getTokens().stream()
                .map(
                    token ->
                        new LeakReports.Leak(
                            new Secret(token.getSecret()), Optional.ofNullable(token.getUrl())))
                .toList(),
            Optional.empty(),
            RequestSource.api());
    return Response.accepted().build();
  }

  /** {@link GitHubSignature} has verified the signature. */
  @Override
  public Response reportLeakedTokensFromGitHub(
      String keyIdentifier, String signature, List<GitHubMatch> body) {
    List<GitHubMatch> matches = body.stream().filter(Objects::nonNull).toList();
    LeakReports.Result result =
        reports.report(
            matches.stream()
                .map(
                    match ->
                        new LeakReports.Leak(
                            new Secret(match.getToken()), Optional.ofNullable(match.getUrl())))
                .toList(),
            Optional.of("GitHub"),
            RequestSource.api());
    return Response.ok(matches.stream().map(match -> verdict(match, result)).toList()).build();
  }

  private static GitHubVerdict verdict(GitHubMatch match, LeakReports.Result result) {
    String hash = LeakReports.hash(new Secret(match.getToken()));
    return new GitHubVerdict()
        .tokenHash(hash)
        .tokenType(match.getType())
        .label(result.known().contains(hash) ? "true_positive" : "false_positive");
  }
}
