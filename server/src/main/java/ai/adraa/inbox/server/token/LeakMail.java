package ai.adraa.inbox.server.token;

import ai.adraa.inbox.server.secret.Secret;
import ai.adraa.inbox.server.text.PlainText;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** The email to the admins of a workspace about its leaked tokens. Contains no secret. */
record LeakMail(String subject, String text) {
  /**
   * @param tokens at least one, all of one workspace
   */
  static LeakMail about(
      List<LeakReports.Revoked> tokens, Optional<String> reporter, Instant revokedAt) {
    String workspace = tokens.get(0).workspace();
    boolean one = tokens.size() == 1;
    return new LeakMail(
        one
            ? "A leaked API token of " + workspace + " was revoked"
            : tokens.size() + " leaked API tokens of " + workspace + " were revoked",
        """
        %s that other people can read the secret of %s of the workspace %s. \
        We revoked %s at %s. The systems that use %s no longer have access:

        %s
        %s\
        What to do now:

        1. Replace %s on the page Settings > API, and give the new secret to the system that \
        needs it.
        2. Look at the usage on the same page: who else has used the secret?
        3. Delete the secret from the place where it was found.
        """
            .formatted(
                reporter.map(name -> name + " reported").orElse("Somebody reported"),
                one ? "an API token" : tokens.size() + " API tokens",
                workspace,
                one ? "it" : "them",
                revokedAt.truncatedTo(ChronoUnit.SECONDS),
                one ? "it" : "them",
                tokens.stream().map(LeakMail::described).collect(Collectors.joining("\n")),
                tokens.stream().allMatch(token -> token.places().isEmpty())
                    ? ""
                    : "We have not checked what follows \"Found at\". It is the text of the report.\n\n",
                one ? "the token" : "each token"));
  }

  private static String described(LeakReports.Revoked token) {
    return "  \"%s\", %s…, id %s\n"
            .formatted(PlainText.escape(Secret.cutIn(token.name())), token.prefix(), token.id())
        + token.places().stream()
            .map(place -> "    Found at: " + place + "\n")
            .collect(Collectors.joining());
  }
}
