# The whole life of a token with the generated client.

use strict;
use warnings;
use utf8;
use open qw(:std :encoding(UTF-8));
use DateTime;
use HTTP::Request;
use JSON;
use LWP::UserAgent;
use WWW::OpenAPIClient::ApiClient;
use WWW::OpenAPIClient::AuditEventsApi;
use WWW::OpenAPIClient::LeakedTokensApi;
use WWW::OpenAPIClient::Object::LeakReport;
use WWW::OpenAPIClient::Object::LeakedToken;
use WWW::OpenAPIClient::Object::NewToken;
use WWW::OpenAPIClient::Object::Replacement;
use WWW::OpenAPIClient::Object::SignInAttempt;
use WWW::OpenAPIClient::Object::SignInCodeRequest;
use WWW::OpenAPIClient::SessionApi;
use WWW::OpenAPIClient::SignInCodesApi;
use WWW::OpenAPIClient::TokensApi;
use WWW::OpenAPIClient::VerificationApi;

$| = 1;

sub api {
    my ( $name, $secret ) = @_;
    my $client = WWW::OpenAPIClient::ApiClient->new(
        base_url => $ENV{ADRAA_BASE_URL},
        access_token => $secret
    );
    return "WWW::OpenAPIClient::${name}Api"->new($client);
}

# The exception is text: the envelope follows its first line.
sub refusal {
    my ($request) = @_;
    eval { $request->(); 1 } and die 'The request was not refused';
    my ($body) = $@ =~ /^API Exception.*?\n(.*)/s or die $@;
    my ($envelope) = JSON->new->utf8->decode_prefix($body);
    return WWW::OpenAPIClient::ApiClient->new->deserialize( 'ErrorResponse', $envelope )->error;
}

my $anonymous = api('Verification');
print 'missing token: ', refusal( sub { $anonymous->verify_token } )->code, "\n";

my $email = $ENV{ADRAA_EMAIL};
my $code_request = WWW::OpenAPIClient::Object::SignInCodeRequest->new( email => $email );
api('SignInCodes')->request_sign_in_code( sign_in_code_request => $code_request );
print "sign-in code: sent\n";
chomp( my $code = <STDIN> );

my $attempt = WWW::OpenAPIClient::Object::SignInAttempt->new(
    email => $email,
    code => $code,
    credential => 'bearer'
);
my $secret = api('Session')->sign_in( sign_in_attempt => $attempt )->secret;
my $sessions = api( 'Session', $secret );
my $tokens = api( 'Tokens', $secret );

my $session = $sessions->get_session->session;
my $workspace = $session->workspaces->[0];
printf "signed in: %s, %s of %s\n", $session->agent->nickname, $workspace->role, $workspace->name;

my $create = sub {
    my ($name) = @_;
    return $tokens->create_token(
        workspace_id => $workspace->id,
        new_token => WWW::OpenAPIClient::Object::NewToken->new( name => $name )
    );
};
my $created = $create->('CRM integration');
my $token = $created->token;
printf "created: %s %s %s\n", $token->name, $token->prefix, $token->status;
my %path = ( workspace_id => $workspace->id, token_id => $token->id );

my $verification = api( 'Verification', $created->secret );
my $verified = $verification->verify_token;
printf "verified: %s, %s\n", $verified->company->name, $verified->token->name;

my $refused = refusal( sub { $create->('   ') } );
printf "refused name: %s %s\n", $refused->code, $refused->details->[0]->field;
my $leaked = $create->('Order notifications')->secret;
$create->('Reports');

my ( $count, $pages, %cursor ) = ( 0, 0 );
do {
    my $page =
      $tokens->list_tokens( workspace_id => $workspace->id, limit => 2, %cursor );
    $count += @{ $page->tokens };
    $pages++;
    %cursor = $page->next_cursor ? ( cursor => $page->next_cursor ) : ();
} while (%cursor);
print "listed: $count tokens on $pages pages\n";

my $got = $tokens->get_token(%path)->token;
printf "got: %s %s\n", $got->name, $got->status;

if ( $ENV{ADRAA_API_VERSION} ne '1.0' ) {
    # The generator does not implement PATCH.
    my $patched = LWP::UserAgent->new->request(
        HTTP::Request->new(
            PATCH => "$ENV{ADRAA_BASE_URL}/api/v1/workspaces/$path{workspace_id}/tokens/$path{token_id}",
            [ 'Content-Type' => 'application/json', Authorization => "Bearer $secret" ],
            encode_json( { name => 'CRM integration (EU)' } )
        )
    );
    print 'changed: ', decode_json( $patched->content )->{token}{name}, "\n";

    my $usage = $tokens->get_token_usage( %path, days => 7 )->usage;
    print 'usage: ', scalar @{ $usage->days }, " days\n";

    my $replacement = WWW::OpenAPIClient::Object::Replacement->new(
        description => 'Stored in the vault',
        expires_at => DateTime->now->add( years => 1 ),
        old_expires_at => DateTime->now->add( days => 7 )
    );
    my $replaced = $tokens->replace_token( %path, replacement => $replacement );
    printf "replaced: %s %s\n", $replaced->token->name, $replaced->token->replaces;

    my $renewed = api( 'Verification', $replaced->secret );
    my $renewal = $renewed->verify_token;
    printf "verified: %s, %s\n", $renewal->company->name, $renewal->token->name;
    $renewed->revoke_own_token;
    print 'revoked itself: ', refusal( sub { $renewed->verify_token } )->code, "\n";

    my $audit = api( 'AuditEvents', $secret )
      ->list_audit_events(
        workspace_id => $workspace->id,
        since => DateTime->now->subtract( hours => 1 ) . 'Z',
        limit => 1
      );
    print 'last event: ', $audit->events->[0]->action, "\n";

    my $found = WWW::OpenAPIClient::Object::LeakedToken->new(
        secret => $leaked,
        url => 'https://git.example/acme/shop/blob/main/.env'
    );
    my $report = WWW::OpenAPIClient::Object::LeakReport->new( tokens => [$found] );
    api('LeakedTokens')->report_leaked_tokens( leak_report => $report );
    my $reported = api( 'Verification', $leaked );
    print 'reported: ', refusal( sub { $reported->verify_token } )->code, "\n";
}

my $revoked = $tokens->revoke_token(%path)->token;
printf "revoked: %s %s\n", $revoked->name, $revoked->status;

print 'revoked token: ', refusal( sub { $verification->verify_token } )->code, "\n";

$sessions->sign_out;
print "signed out\n";

print 'without session: ', refusal( sub { $sessions->get_session } )->code, "\n";
