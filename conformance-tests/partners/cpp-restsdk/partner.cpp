// The whole life of a token with the generated client.

#include <functional>
#include <iostream>

#include "CppRestOpenAPIClient/api/AuditEventsApi.h"
#include "CppRestOpenAPIClient/api/LeakedTokensApi.h"
#include "CppRestOpenAPIClient/api/SessionApi.h"
#include "CppRestOpenAPIClient/api/SignInCodesApi.h"
#include "CppRestOpenAPIClient/api/TokensApi.h"
#include "CppRestOpenAPIClient/api/VerificationApi.h"

using namespace org::openapitools::client::api;
using namespace org::openapitools::client::model;

// This generator ignores the contract's security schemes.
static std::shared_ptr<ApiClient> client(const std::string& secret = "") {
  auto configuration = std::make_shared<ApiConfiguration>();
  configuration->setBaseUrl(std::getenv("ADRAA_BASE_URL"));
  if (!secret.empty()) {
    configuration->getDefaultHeaders()["Authorization"] = "Bearer " + secret;
  }
  return std::make_shared<ApiClient>(configuration);
}

static std::shared_ptr<ErrorBody> refusal(const std::function<void()>& request) {
  try {
    request();
  } catch (const ApiException& refused) {
    ErrorResponse envelope;
    envelope.fromJson(web::json::value::parse(*refused.getContent()));
    return envelope.getError();
  }
  throw std::logic_error("The request was not refused");
}

static utility::datetime inDays(int days) {
  auto now = utility::datetime::utc_now();
  // Durations are unsigned.
  return days < 0 ? now - utility::datetime::from_days(-days)
                  : now + utility::datetime::from_days(days);
}

// What a server of 1.0 does not have.
static void replaceAndReport(const std::shared_ptr<ApiClient>& console,
                             const std::string& workspaceId, const std::string& tokenId,
                             const std::string& leaked) {
  TokensApi tokens(console);
  auto changes = std::make_shared<TokenChanges>();
  changes->setName("CRM integration (EU)");
  auto changed = tokens.updateToken(workspaceId, tokenId, changes).get()->getToken();
  std::cout << "changed: " << changed->getName() << std::endl;

  auto usage = tokens.getTokenUsage(workspaceId, tokenId, 7).get()->getUsage();
  std::cout << "usage: " << usage->getDays().size() << " days" << std::endl;

  auto replacement = std::make_shared<Replacement>();
  replacement->setDescription("Stored in the vault");
  replacement->setExpiresAt(inDays(365));
  replacement->setOldExpiresAt(inDays(7));
  auto replaced = tokens.replaceToken(workspaceId, tokenId, replacement).get();
  std::cout << "replaced: " << replaced->getToken()->getName() << " "
            << replaced->getToken()->getReplaces() << std::endl;

  VerificationApi renewed(client(replaced->getSecret()));
  auto verified = renewed.verifyToken().get();
  std::cout << "verified: " << verified->getCompany()->getName() << ", "
            << verified->getToken()->getName() << std::endl;
  renewed.revokeOwnToken().get();
  auto gone = refusal([&] { renewed.verifyToken().get(); });
  std::cout << "revoked itself: " << gone->getCode() << std::endl;

  auto events = AuditEventsApi(console)
                    .listAuditEvents(workspaceId, boost::none, boost::none, boost::none,
                                     inDays(-1).to_string(utility::datetime::ISO_8601),
                                     boost::none, 1, boost::none)
                    .get();
  std::cout << "last event: " << events->getEvents().front()->getAction() << std::endl;

  auto found = std::make_shared<LeakedToken>();
  found->setSecret(leaked);
  found->setUrl("https://git.example/acme/shop/blob/main/.env");
  auto report = std::make_shared<LeakReport>();
  report->setTokens({found});
  LeakedTokensApi(client()).reportLeakedTokens(report).get();
  VerificationApi reported(client(leaked));
  auto refused = refusal([&] { reported.verifyToken().get(); });
  std::cout << "reported: " << refused->getCode() << std::endl;
}

int main() {
  VerificationApi anonymous(client());
  auto missing = refusal([&] { anonymous.verifyToken().get(); });
  std::cout << "missing token: " << missing->getCode() << std::endl;

  auto email = std::getenv("ADRAA_EMAIL");
  auto codeRequest = std::make_shared<SignInCodeRequest>();
  codeRequest->setEmail(email);
  SignInCodesApi(client()).requestSignInCode(codeRequest).get();
  std::cout << "sign-in code: sent" << std::endl;
  std::string code;
  std::getline(std::cin, code);

  auto attempt = std::make_shared<SignInAttempt>();
  attempt->setEmail(email);
  attempt->setCode(code);
  attempt->setCredential(SignInAttempt::CredentialEnum::BEARER);
  auto console = client(SessionApi(client()).signIn(attempt).get()->getSecret());
  SessionApi sessions(console);
  TokensApi tokens(console);

  auto session = sessions.getSession().get()->getSession();
  auto workspace = session->getWorkspaces().front();
  std::cout << "signed in: " << session->getAgent()->getNickname() << ", " << workspace->getRole()
            << " of " << workspace->getName() << std::endl;

  auto create = [&](const std::string& name) {
    auto token = std::make_shared<NewToken>();
    token->setName(name);
    return tokens.createToken(workspace->getId(), token).get();
  };
  auto created = create("CRM integration");
  auto token = created->getToken();
  std::cout << "created: " << token->getName() << " " << token->getPrefix() << " "
            << token->getStatus() << std::endl;

  VerificationApi verification(client(created->getSecret()));
  auto verified = verification.verifyToken().get();
  std::cout << "verified: " << verified->getCompany()->getName() << ", "
            << verified->getToken()->getName() << std::endl;

  auto refused = refusal([&] { create("   "); });
  std::cout << "refused name: " << refused->getCode() << " "
            << refused->getDetails().front()->getField() << std::endl;
  auto leaked = create("Order notifications");
  create("Reports");

  size_t count = 0;
  int pages = 0;
  boost::optional<std::string> cursor;
  do {
    auto page = tokens
                    .listTokens(workspace->getId(), boost::none, 2, cursor, boost::none,
                                boost::none, boost::none)
                    .get();
    count += page->getTokens().size();
    pages++;
    cursor = boost::make_optional(page->nextCursorIsSet(), page->getNextCursor());
  } while (cursor);
  std::cout << "listed: " << count << " tokens on " << pages << " pages" << std::endl;

  auto got = tokens.getToken(workspace->getId(), token->getId()).get()->getToken();
  std::cout << "got: " << got->getName() << " " << got->getStatus() << std::endl;

  if (std::string(std::getenv("ADRAA_API_VERSION")) != "1.0") {
    replaceAndReport(console, workspace->getId(), token->getId(), leaked->getSecret());
  }

  auto revoked = tokens.revokeToken(workspace->getId(), token->getId()).get()->getToken();
  std::cout << "revoked: " << revoked->getName() << " " << revoked->getStatus() << std::endl;

  auto dead = refusal([&] { verification.verifyToken().get(); });
  std::cout << "revoked token: " << dead->getCode() << std::endl;

  sessions.signOut().get();
  std::cout << "signed out" << std::endl;

  auto ended = refusal([&] { sessions.getSession().get(); });
  std::cout << "without session: " << ended->getCode() << std::endl;
}
