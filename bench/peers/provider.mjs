// npm oidc-provider under the same load: it is told its part by one line of JSON on standard input. With `database_url` its
// state lies in PostgreSQL (postgresql.mjs), without one in its own memory store, which it says is not for production.
import { createServer } from 'node:http'
import { createInterface } from 'node:readline'
import { generateKeyPairSync } from 'node:crypto'
import Provider from 'oidc-provider'
import { onPostgresql } from './postgresql.mjs'

const part = JSON.parse((await createInterface({ input: process.stdin })[Symbol.asyncIterator]().next()).value)
const key = { ...generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' }), alg: 'ES256', use: 'sig' }
const { audience, scope } = part

const machine = {
  grant_types: ['client_credentials'], response_types: [], redirect_uris: [],
  id_token_signed_response_alg: 'ES256', introspection_signed_response_alg: 'ES256', scope,
}
const provider = new Provider(part.issuer, {
  adapter: part.database_url ? await onPostgresql(part.database_url) : undefined,
  clients: [
    { ...machine, client_id: part.machine.client_id, client_secret: part.machine.secret },
    {
      ...machine, client_id: part.keyed.client_id, token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'ES256', jwks: { keys: [part.keyed.jwk] },
    },
    {
      client_id: part.rp.client_id, client_secret: part.rp.secret, redirect_uris: [part.redirect_uri],
      grant_types: ['authorization_code', 'refresh_token'], response_types: ['code'],
      id_token_signed_response_alg: 'ES256', introspection_signed_response_alg: 'ES256',
    },
  ],
  jwks: { keys: [key] },
  cookies: { keys: ['bench'] },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: { enabled: true, allowedPolicy: () => true },
    resourceIndicators: {
      enabled: true,
      defaultResource: () => undefined,
      useGrantedResource: () => false,
      getResourceServerInfo: () => ({ scope, audience, accessTokenFormat: 'jwt', jwt: { sign: { alg: 'ES256' } } }),
    },
  },
  scopes: ['openid', 'offline_access', 'profile', scope],
  claims: { openid: ['sub'], profile: ['name', 'family_name', 'given_name', 'gender', 'birthdate'] },
  subjectTypes: ['pairwise'],
  pairwiseIdentifier: (_, accountId, client) => `${accountId}-${client.clientId}`,
  rotateRefreshToken: true,
  issueRefreshToken: async (_, client) => client.grantTypeAllowed('refresh_token'),
  ttl: { AccessToken: 300, ClientCredentials: 300, AuthorizationCode: 60, IdToken: 300, RefreshToken: 1209600, Session: 43200, Grant: 1209600, Interaction: 1800 },
  findAccount: async (_, id) => ({
    accountId: id,
    claims: async () => ({ sub: id, name: 'Nguyễn Thị Hương', family_name: 'Nguyễn', given_name: 'Hương', gender: 'female', birthdate: '1984-03-14' }),
  }),
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
})

const answer = provider.callback()
let people = 0

// Whoever comes is signed in as somebody new and agrees; only the preparation comes here.
async function agree(request, response) {
  const { prompt, params, session, grantId } = await provider.interactionDetails(request, response)
  if (prompt.name === 'login') {
    people += 1
    return provider.interactionFinished(request, response, { login: { accountId: `person-${people}` } })
  }
  const grant = grantId ? await provider.Grant.find(grantId)
    : new provider.Grant({ accountId: session.accountId, clientId: params.client_id })
  grant.addOIDCScope('openid profile offline_access')
  return provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } }, { mergeWithLastSubmission: true })
}

const server = createServer((request, response) => {
  const work = request.url.startsWith('/interaction/') ? agree(request, response) : answer(request, response)
  Promise.resolve(work).catch((error) => { response.statusCode = 500; response.end(String(error)) })
})
server.keepAliveTimeout = 120_000
server.listen(Number(new URL(part.issuer).port), '127.0.0.1', () => process.stdout.write('ready\n'))
process.on('SIGTERM', () => process.exit(0))
