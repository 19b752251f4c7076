// openid-client, certified by the OpenID Foundation, used the way its documentation shows.
import * as client from 'openid-client'
import { browse, check, refused, testify } from './witness.mjs'

await testify(async ({ issuer, confidential, public_: spa, sealed, invitation }) => {
  const seen = {}
  const insecure = { execute: [client.allowInsecureRequests] }

  async function begin(config, parameters = {}) {
    seen.verifier = client.randomPKCECodeVerifier()
    seen.state = client.randomState()
    seen.nonce = client.randomNonce()
    return {
      scope: 'openid profile offline_access',
      code_challenge: await client.calculatePKCECodeChallenge(seen.verifier),
      code_challenge_method: 'S256',
      state: seen.state,
      nonce: seen.nonce,
      ...parameters,
    }
  }

  const finish = (config, address) =>
    client.authorizationCodeGrant(config, address, {
      pkceCodeVerifier: seen.verifier,
      expectedState: seen.state,
      expectedNonce: seen.nonce,
      idTokenExpected: true,
    })

  return {
    discovery: async () => {
      seen.config = await client.discovery(
        new URL(issuer), confidential.client_id, { client_secret: confidential.client_secret },
        client.ClientSecretBasic(confidential.client_secret), insecure,
      )
      client.enableNonRepudiationChecks(seen.config)
      check(seen.config.serverMetadata().issuer === issuer, 'another issuer')
    },
    'code with PKCE': async () => {
      const parameters = await begin(seen.config, { redirect_uri: confidential.redirect_uri })
      seen.tokens = await finish(seen.config, await browse(client.buildAuthorizationUrl(seen.config, parameters)))
      check(seen.tokens.claims().nonce === seen.nonce, 'another nonce')
      check(seen.tokens.refresh_token, 'no refresh token')
    },
    userinfo: async () => {
      const { sub } = seen.tokens.claims()
      const claims = await client.fetchUserInfo(seen.config, seen.tokens.access_token, sub)
      check(claims.name, 'no name')
    },
    refresh: async () => {
      const { sub } = seen.tokens.claims()
      const before = seen.tokens.refresh_token
      seen.tokens = await client.refreshTokenGrant(seen.config, before)
      check(seen.tokens.claims().sub === sub, 'another subject')
      check(seen.tokens.refresh_token && seen.tokens.refresh_token !== before, 'not rotated')
    },
    'a refusal is told apart': async () => {
      const error = await refused(() => client.refreshTokenGrant(seen.config, 'not-a-token'))
      check(error.error === 'invalid_grant' && error.status === 400, `${error.error} ${error.status}`)
    },
    'a public client': async () => {
      const config = await client.discovery(new URL(issuer), spa.client_id, {}, client.None(), insecure)
      const parameters = await begin(config, { redirect_uri: spa.redirect_uri })
      const tokens = await finish(config, await browse(client.buildAuthorizationUrl(config, parameters)))
      check(tokens.claims().aud === spa.client_id, 'another audience')
    },
    'encrypted answers': async () => {
      const config = await client.discovery(
        new URL(issuer), sealed.client_id,
        { client_secret: sealed.client_secret, userinfo_signed_response_alg: 'ES256' },
        client.ClientSecretBasic(sealed.client_secret), insecure,
      )
      client.enableNonRepudiationChecks(config)
      const algorithm = { name: 'RSA-OAEP', hash: 'SHA-256' }
      const key = await crypto.subtle.importKey('jwk', sealed.private_jwk, algorithm, false, ['decrypt'])
      client.enableDecryptingResponses(config, ['A256GCM'], { key, alg: 'RSA-OAEP-256', kid: sealed.private_jwk.kid })
      const parameters = await begin(config, { redirect_uri: sealed.redirect_uri })
      const tokens = await finish(config, await browse(client.buildAuthorizationUrl(config, parameters)))
      check(tokens.id_token.split('.').length === 5, 'the ID token is not encrypted')
      const claims = await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub)
      check(claims.aud === sealed.client_id && claims.name, 'userinfo is not signed for us')
    },
    registration: async () => {
      const own = {
        client_name: 'Dịch vụ tự đăng ký', // gets a secret, sent as this library sends one by itself
        redirect_uris: ['https://registered.example/callback'],
        token_endpoint_auth_method: 'client_secret_post',
        id_token_signed_response_alg: 'ES256',
      }
      const register = (initialAccessToken) =>
        client.dynamicClientRegistration(new URL(issuer), own, undefined, { ...insecure, initialAccessToken })
      const error = await refused(() => register('not-an-invitation'))
      check(error.status === 401, `${error.code} ${error.status}`)
      seen.registered = await register(invitation)
      const { client_id, client_secret, client_name } = seen.registered.clientMetadata()
      check(client_id && client_secret && client_name === own.client_name, 'it has another registration')
    },
    'code as the registered client': async () => {
      const parameters = { redirect_uri: 'https://registered.example/callback', scope: 'openid profile' }
      const url = client.buildAuthorizationUrl(seen.registered, await begin(seen.registered, parameters))
      const tokens = await finish(seen.registered, await browse(url))
      check(tokens.claims().aud === seen.registered.clientMetadata().client_id, 'another audience')
    },
    'registration management': async () => {
      let { registration_access_token: token, registration_client_uri: uri } = seen.registered.clientMetadata()
      const headers = new Headers({ 'content-type': 'application/json' })
      const manage = (method, body) =>
        client.fetchProtectedResource(seen.registered, token, new URL(uri), method, JSON.stringify(body), headers)
      const { registration_access_token, registration_client_uri, client_secret_expires_at, client_id_issued_at, ...own } =
        await (await manage('GET')).json() // RFC 7592 §2.2: those four are not sent back
      const changed = await (await manage('PUT', { ...own, client_name: 'Tên mới' })).json()
      check(changed.client_name === 'Tên mới' && changed.client_id === own.client_id, JSON.stringify(changed))
      token = changed.registration_access_token
      check((await manage('DELETE')).status === 204, 'not removed')
      const error = await refused(() => client.refreshTokenGrant(seen.registered, 'not-a-token'))
      const told = error.cause[0]?.parameters ?? error // where a 401 has a challenge, the library tells no more (RFC 9110 §15.5.2)
      check(told.error === 'invalid_client' && error.status === 401, `${told.error} ${error.status}`)
    },
    introspection: async () => {
      const answer = await client.tokenIntrospection(seen.config, seen.tokens.refresh_token)
      check(answer.active === true && answer.client_id === confidential.client_id, JSON.stringify(answer))
      check((await client.tokenIntrospection(seen.config, 'not-a-token')).active === false, 'it knows everything')
    },
    revocation: async () => {
      await client.tokenRevocation(seen.config, seen.tokens.refresh_token, { token_type_hint: 'refresh_token' })
      const answer = await client.tokenIntrospection(seen.config, seen.tokens.refresh_token)
      check(answer.active === false, 'it is active still')
      await client.tokenRevocation(seen.config, 'not-a-token')
    },
    logout: async () => {
      const url = client.buildEndSessionUrl(seen.config, {
        post_logout_redirect_uri: confidential.post_logout_redirect_uri,
        id_token_hint: seen.tokens.id_token,
        state: seen.state,
      })
      const back = await browse(url)
      check(back.href.startsWith(confidential.post_logout_redirect_uri), back.href)
      check(back.searchParams.get('state') === seen.state, 'another state')
    },
  }
})
