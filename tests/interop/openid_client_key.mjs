// openid-client with a key instead of a secret: signed assertions, pushed and signed requests, introspection, revocation.
import * as client from 'openid-client'
import { importJWK } from 'jose'
import { browse, check, testify } from './witness.mjs'

await testify(async ({ issuer, keyed }) => {
  const seen = {}
  const key = { key: await importJWK(keyed.jwk, 'ES256'), kid: keyed.jwk.kid }
  const own = { [client.modifyAssertion]: (header) => { header.typ = 'client-authentication+jwt' } } // RFC 10070

  async function parameters() {
    seen.verifier = client.randomPKCECodeVerifier()
    seen.state = client.randomState()
    seen.nonce = client.randomNonce()
    return {
      redirect_uri: keyed.redirect_uri,
      response_type: 'code',
      scope: 'openid profile',
      code_challenge: await client.calculatePKCECodeChallenge(seen.verifier),
      code_challenge_method: 'S256',
      state: seen.state,
      nonce: seen.nonce,
    }
  }

  async function finish(url) {
    seen.tokens = await client.authorizationCodeGrant(seen.config, await browse(url), {
      pkceCodeVerifier: seen.verifier, expectedState: seen.state, expectedNonce: seen.nonce, idTokenExpected: true,
    })
  }

  return {
    'code with a signed assertion': async () => {
      seen.config = await client.discovery(new URL(issuer), keyed.client_id, {}, client.PrivateKeyJwt(key, own), {
        execute: [client.allowInsecureRequests],
      })
      await finish(client.buildAuthorizationUrl(seen.config, await parameters()))
    },
    'a pushed request': async () => {
      const url = await client.buildAuthorizationUrlWithPAR(seen.config, await parameters())
      check(url.searchParams.get('request_uri').startsWith('urn:ietf:params:oauth:request_uri:'), url.href)
      check([...url.searchParams.keys()].sort().join(' ') === 'client_id request_uri', url.href)
      await finish(url)
    },
    'a signed request': async () => {
      const url = await client.buildAuthorizationUrlWithJAR(seen.config, await parameters(), key)
      check([...url.searchParams.keys()].sort().join(' ') === 'client_id request', url.href)
      url.searchParams.set('state', 'from-outside')
      await finish(url)
    },
    'a signed request that is pushed': async () => {
      const claims = JSON.stringify({ id_token: { auth_time: { essential: true } } })
      const signed = await client.buildAuthorizationUrlWithJAR(
        seen.config, { ...(await parameters()), max_age: '3600', claims }, key,
      )
      const url = await client.buildAuthorizationUrlWithPAR(seen.config, signed.searchParams)
      check(url.searchParams.get('request_uri').startsWith('urn:ietf:params:oauth:request_uri:'), url.href)
      await finish(url)
      check(Number.isInteger(seen.tokens.claims().auth_time), JSON.stringify(seen.tokens.claims()))
    },
    introspection: async () => {
      const found = await client.tokenIntrospection(seen.config, seen.tokens.access_token)
      check(found.active && found.client_id === keyed.client_id, JSON.stringify(found))
    },
    revocation: async () => {
      await client.tokenRevocation(seen.config, seen.tokens.refresh_token)
      const found = await client.tokenIntrospection(seen.config, seen.tokens.refresh_token)
      check(found.active === false, JSON.stringify(found))
    },
  }
})
