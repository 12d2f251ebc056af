# frozen_string_literal: true

# The whole life of a token with the generated client.

require 'openapi_client'
require 'time'
require 'uri'

$stdout.sync = true
$stdout.set_encoding('UTF-8')

def client(secret = nil)
  base_url = URI(ENV.fetch('ADRAA_BASE_URL'))
  config = OpenapiClient::Configuration.new do |c|
    c.scheme = base_url.scheme
    c.host = "#{base_url.host}:#{base_url.port}"
    c.access_token = secret
  end
  OpenapiClient::ApiClient.new(config)
end

def refusal
  yield
  raise 'The request was not refused'
rescue OpenapiClient::ApiError => e
  OpenapiClient::ErrorResponse.build_from_hash(JSON.parse(e.response_body)).error
end

# Without debug_auth_names, an empty token would be sent.
missing = refusal { OpenapiClient::VerificationApi.new(client).verify_token(debug_auth_names: []) }
puts "missing token: #{missing.code}"

email = ENV.fetch('ADRAA_EMAIL')
OpenapiClient::SignInCodesApi.new(client)
                             .request_sign_in_code(OpenapiClient::SignInCodeRequest.new(email: email))
puts 'sign-in code: sent'
code = $stdin.gets.chomp

attempt = OpenapiClient::SignInAttempt.new(email: email, code: code, credential: 'bearer')
console = client(OpenapiClient::SessionApi.new(client).sign_in(attempt).secret)
sessions = OpenapiClient::SessionApi.new(console)
tokens = OpenapiClient::TokensApi.new(console)

session = sessions.get_session.session
workspace = session.workspaces.first
puts "signed in: #{session.agent.nickname}, #{workspace.role} of #{workspace.name}"

create = lambda do |name|
  tokens.create_token(workspace.id, OpenapiClient::NewToken.new(name: name))
end
created = create.call('CRM integration')
puts "created: #{created.token.name} #{created.token.prefix} #{created.token.status}"

verification = OpenapiClient::VerificationApi.new(client(created.secret))
verified = verification.verify_token
puts "verified: #{verified.company.name}, #{verified.token.name}"

refused = refusal { create.call('   ') }
puts "refused name: #{refused.code} #{refused.details.first.field}"
leaked = create.call('Order notifications').secret
create.call('Reports')

pages = [tokens.list_tokens(workspace.id, limit: 2)]
while (cursor = pages.last.next_cursor)
  pages << tokens.list_tokens(workspace.id, limit: 2, cursor: cursor)
end
puts "listed: #{pages.sum { |page| page.tokens.size }} tokens on #{pages.size} pages"

token = tokens.get_token(workspace.id, created.token.id).token
puts "got: #{token.name} #{token.status}"

if ENV.fetch('ADRAA_API_VERSION') != '1.0'
  changes = OpenapiClient::TokenChanges.new(name: 'CRM integration (EU)')
  puts "changed: #{tokens.update_token(workspace.id, token.id, changes).token.name}"

  usage = tokens.get_token_usage(workspace.id, token.id, days: 7).usage
  puts "usage: #{usage.days.size} days"

  replacement = OpenapiClient::Replacement.new(
    description: 'Stored in the vault',
    expires_at: (Time.now.utc + (365 * 86_400)).iso8601,
    old_expires_at: (Time.now.utc + (7 * 86_400)).iso8601
  )
  replaced = tokens.replace_token(workspace.id, token.id, replacement)
  puts "replaced: #{replaced.token.name} #{replaced.token.replaces}"

  renewed = OpenapiClient::VerificationApi.new(client(replaced.secret))
  renewal = renewed.verify_token
  puts "verified: #{renewal.company.name}, #{renewal.token.name}"
  renewed.revoke_own_token
  puts "revoked itself: #{refusal { renewed.verify_token }.code}"

  audit = OpenapiClient::AuditEventsApi.new(console)
  page = audit.list_audit_events(workspace.id, since: (Time.now.utc - 3600).iso8601, limit: 1)
  puts "last event: #{page.events.first.action}"

  url = 'https://git.example/acme/shop/blob/main/.env'
  found = OpenapiClient::LeakedToken.new(secret: leaked, url: url)
  report = OpenapiClient::LeakReport.new(tokens: [found])
  OpenapiClient::LeakedTokensApi.new(client).report_leaked_tokens(report)
  reported = OpenapiClient::VerificationApi.new(client(leaked))
  puts "reported: #{refusal { reported.verify_token }.code}"
end

revoked = tokens.revoke_token(workspace.id, created.token.id).token
puts "revoked: #{revoked.name} #{revoked.status}"

puts "revoked token: #{refusal { verification.verify_token }.code}"

sessions.sign_out
puts 'signed out'

puts "without session: #{refusal { sessions.get_session }.code}"
