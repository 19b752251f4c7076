// npm oidc-provider as another provider for the same witnesses: what a step asks for must hold there too, else the step
// is wrong and not we. It is told its part by one line of JSON; whoever comes is signed in and agrees.
import { createServer } from 'node:http'
import { createInterface } from 'node:readline'
import { exportJWK, generateKeyPair } from 'jose'
import Provider from 'oidc-provider'

const part = JSON.parse((await createInterface({ input: process.stdin })[Symbol.asyncIterator]().next()).value)

const key = async (alg) => ({ ...(await exportJWK((await generateKeyPair(alg, { extractable: true })).privateKey)), alg, use: 'sig' })
const common = { id_token_signed_response_alg: 'ES256' }

const provider = new Provider(part.issuer, {
  clients: part.clients.map((client) => ({ ...common, ...client })),
  jwks: { keys: [await key('ES256'), await key('RS256')] },
  cookies: { keys: ['peer'] },
  clientDefaults: { grant_types: ['authorization_code', 'refresh_token'] },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: { enabled: true },
    revocation: { enabled: true },
    requestObjects: { enabled: true },
    registration: { enabled: true, initialAccessToken: part.invitation },
    registrationManagement: { enabled: true },
  },
  scopes: ['openid', 'offline_access', 'profile'],
  claims: { openid: ['sub'], profile: ['name'] },
  enabledJWA: { requestObjectSigningAlgValues: ['ES256', 'RS256', 'PS256'] },
  rotateRefreshToken: true,
  issueRefreshToken: async () => true,
  findAccount: async (_, id) => ({ accountId: id, claims: async () => ({ sub: id, name: 'Nguyễn Thị Hương' }) }),
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
})

const answer = provider.callback()

async function agree(request, response) {
  const { prompt, params, session, grantId } = await provider.interactionDetails(request, response)
  if (prompt.name === 'login') {
    return provider.interactionFinished(request, response, { login: { accountId: 'huong' } })
  }
  const grant = grantId ? await provider.Grant.find(grantId)
    : new provider.Grant({ accountId: session.accountId, clientId: params.client_id })
  grant.addOIDCScope((prompt.details.missingOIDCScope ?? []).join(' '))
  return provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } }, { mergeWithLastSubmission: true })
}

const server = createServer((request, response) => {
  const work = request.url.startsWith('/interaction/') ? agree(request, response) : answer(request, response)
  Promise.resolve(work).catch((error) => { response.statusCode = 500; response.end(String(error)) })
})
server.listen(Number(new URL(part.issuer).port), '127.0.0.1', () => process.stdout.write('ready\n'))
