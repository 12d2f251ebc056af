<?php

// The whole life of a token with the generated client.

declare(strict_types=1);

use OpenAPI\Client\Api\AuditEventsApi;
use OpenAPI\Client\Api\LeakedTokensApi;
use OpenAPI\Client\Api\SessionApi;
use OpenAPI\Client\Api\SignInCodesApi;
use OpenAPI\Client\Api\TokensApi;
use OpenAPI\Client\Api\VerificationApi;
use OpenAPI\Client\ApiException;
use OpenAPI\Client\Configuration;
use OpenAPI\Client\Model\ErrorBody;
use OpenAPI\Client\Model\LeakedToken;
use OpenAPI\Client\Model\LeakReport;
use OpenAPI\Client\Model\NewToken;
use OpenAPI\Client\Model\Replacement;
use OpenAPI\Client\Model\SignInAttempt;
use OpenAPI\Client\Model\SignInCodeRequest;
use OpenAPI\Client\Model\TokenChanges;

// Debian's Guzzle; with Composer, both are vendor/autoload.php.
require 'GuzzleHttp/autoload.php';
spl_autoload_register(function (string $class): void {
    $path = str_replace(['OpenAPI\\Client\\', '\\'], ['', '/'], $class);
    foreach (glob(__DIR__ . "/generated/{lib,src}/$path.php", GLOB_BRACE) as $file) {
        require $file;
    }
});

function configuration(string $secret = ''): Configuration
{
    return (new Configuration())->setHost(getenv('ADRAA_BASE_URL'))->setAccessToken($secret);
}

function refusal(callable $request): ErrorBody
{
    try {
        $request();
    } catch (ApiException $refused) {
        return $refused->getResponseObject()->getError();
    }
    throw new LogicException('The request was not refused');
}

$anonymous = new VerificationApi(config: configuration());
echo 'missing token: ', refusal($anonymous->verifyToken(...))->getCode(), "\n";

$email = getenv('ADRAA_EMAIL');
$signInCodes = new SignInCodesApi(config: configuration());
$signInCodes->requestSignInCode(new SignInCodeRequest(['email' => $email]));
echo "sign-in code: sent\n";
$code = trim(fgets(STDIN));

$attempt = ['email' => $email, 'code' => $code, 'credential' => 'bearer'];
$signedIn = (new SessionApi(config: configuration()))->signIn(new SignInAttempt($attempt));
$console = configuration($signedIn->getSecret());
$sessions = new SessionApi(config: $console);
$tokens = new TokensApi(config: $console);

$session = $sessions->getSession()->getSession();
$workspace = $session->getWorkspaces()[0];
echo "signed in: {$session->getAgent()->getNickname()}, ",
    "{$workspace->getRole()} of {$workspace->getName()}\n";

$create = fn (string $name) =>
    $tokens->createToken($workspace->getId(), new NewToken(['name' => $name]));
$created = $create('CRM integration');
$token = $created->getToken();
echo "created: {$token->getName()} {$token->getPrefix()} {$token->getStatus()}\n";

$verification = new VerificationApi(config: configuration($created->getSecret()));
$verified = $verification->verifyToken();
echo "verified: {$verified->getCompany()->getName()}, {$verified->getToken()->getName()}\n";

$refused = refusal(fn () => $create('   '));
echo "refused name: {$refused->getCode()} {$refused->getDetails()[0]->getField()}\n";
$leaked = $create('Order notifications')->getSecret();
$create('Reports');

$count = 0;
$pages = 0;
$cursor = null;
do {
    $page = $tokens->listTokens($workspace->getId(), limit: 2, cursor: $cursor);
    $count += count($page->getTokens());
    $pages++;
    $cursor = $page->getNextCursor();
} while ($cursor !== null);
echo "listed: $count tokens on $pages pages\n";

$token = $tokens->getToken($workspace->getId(), $created->getToken()->getId())->getToken();
echo "got: {$token->getName()} {$token->getStatus()}\n";

if (getenv('ADRAA_API_VERSION') !== '1.0') {
    $path = [$workspace->getId(), $token->getId()];
    $changes = new TokenChanges(['name' => 'CRM integration (EU)']);
    echo "changed: {$tokens->updateToken(...$path, token_changes: $changes)->getToken()->getName()}\n";

    $usage = $tokens->getTokenUsage(...$path, days: 7)->getUsage();
    echo 'usage: ', count($usage->getDays()), " days\n";

    $replaced = $tokens->replaceToken(...$path, replacement: new Replacement([
        'description' => 'Stored in the vault',
        'expires_at' => new DateTime('+1 year'),
        'old_expires_at' => new DateTime('+7 days'),
    ]));
    echo "replaced: {$replaced->getToken()->getName()} {$replaced->getToken()->getReplaces()}\n";

    $renewed = new VerificationApi(config: configuration($replaced->getSecret()));
    $renewal = $renewed->verifyToken();
    echo "verified: {$renewal->getCompany()->getName()}, {$renewal->getToken()->getName()}\n";
    $renewed->revokeOwnToken();
    echo 'revoked itself: ', refusal($renewed->verifyToken(...))->getCode(), "\n";

    $audit = (new AuditEventsApi(config: $console))
        ->listAuditEvents($workspace->getId(), since: date(DATE_ATOM, strtotime('-1 hour')), limit: 1);
    echo "last event: {$audit->getEvents()[0]->getAction()}\n";

    $url = 'https://git.example/acme/shop/blob/main/.env';
    $report = new LeakReport(['tokens' => [new LeakedToken(['secret' => $leaked, 'url' => $url])]]);
    (new LeakedTokensApi(config: configuration()))->reportLeakedTokens($report);
    $reported = new VerificationApi(config: configuration($leaked));
    echo 'reported: ', refusal($reported->verifyToken(...))->getCode(), "\n";
}

$revoked = $tokens->revokeToken($workspace->getId(), $token->getId())->getToken();
echo "revoked: {$revoked->getName()} {$revoked->getStatus()}\n";

echo 'revoked token: ', refusal($verification->verifyToken(...))->getCode(), "\n";

$sessions->signOut();
echo "signed out\n";

echo 'without session: ', refusal($sessions->getSession(...))->getCode(), "\n";
