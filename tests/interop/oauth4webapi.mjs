// oauth4webapi, certified by the OpenID Foundation: every message of the protocol by hand, every answer judged.
import { importJWK } from 'jose'
import * as oauth from 'oauth4webapi'
import { browse, check, refused, testify } from './witness.mjs'

await testify(async ({ issuer, confidential, keyed, invitation }) => {
  const seen = {}
  const options = { [oauth.allowInsecureRequests]: true }
  const client = { client_id: confidential.client_id }
  const secret = oauth.ClientSecretBasic(confidential.client_secret)
  const signer = { client_id: keyed.client_id }
  const key = { key: await importJWK(keyed.jwk, 'ES256'), kid: keyed.jwk.kid }
  const proof = oauth.PrivateKeyJwt(key, {
    [oauth.modifyAssertion]: (header) => { header.typ = 'client-authentication+jwt' }, // RFC 10070
  })

  /** Sign a request; return it with what its answer must fit. */
  async function signed() {
    const made = {
      verifier: oauth.generateRandomCodeVerifier(), state: oauth.generateRandomState(), nonce: oauth.generateRandomNonce(),
    }
    const parameters = {
      response_type: 'code',
      redirect_uri: keyed.redirect_uri,
      scope: 'openid profile',
      code_challenge: await oauth.calculatePKCECodeChallenge(made.verifier),
      code_challenge_method: 'S256',
      state: made.state,
      nonce: made.nonce,
      max_age: '3600',
    }
    return { ...made, request: await oauth.issueRequestObject(seen.as, signer, parameters, key) }
  }

  /** Send the browser with these parameters alone, and redeem what it brings back. */
  async function finish(parameters, { verifier, state, nonce }) {
    const url = new URL(seen.as.authorization_endpoint)
    url.search = new URLSearchParams({ client_id: signer.client_id, ...parameters })
    const answer = oauth.validateAuthResponse(seen.as, signer, await browse(url), state)
    const response = await oauth.authorizationCodeGrantRequest(
      seen.as, signer, proof, answer, keyed.redirect_uri, verifier, options,
    )
    await oauth.processAuthorizationCodeResponse(seen.as, signer, response, {
      expectedNonce: nonce, maxAge: 3600, requireIdToken: true,
    })
  }

  return {
    discovery: async () => {
      const response = await oauth.discoveryRequest(new URL(issuer), { algorithm: 'oidc', ...options })
      seen.as = await oauth.processDiscoveryResponse(new URL(issuer), response)
    },
    'discovery of RFC 8414': async () => {
      const response = await oauth.discoveryRequest(new URL(issuer), { algorithm: 'oauth2', ...options })
      const metadata = await oauth.processDiscoveryResponse(new URL(issuer), response)
      check(metadata.token_endpoint === seen.as.token_endpoint, 'the two documents differ')
    },
    'code with PKCE': async () => {
      seen.verifier = oauth.generateRandomCodeVerifier()
      const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()]
      const url = new URL(seen.as.authorization_endpoint)
      for (const [name, value] of Object.entries({
        client_id: client.client_id,
        redirect_uri: confidential.redirect_uri,
        response_type: 'code',
        scope: 'openid profile',
        code_challenge: await oauth.calculatePKCECodeChallenge(seen.verifier),
        code_challenge_method: 'S256',
        state,
        nonce,
        max_age: '3600',
      })) url.searchParams.set(name, value)
      const answer = oauth.validateAuthResponse(seen.as, client, await browse(url), state)
      const response = await oauth.authorizationCodeGrantRequest(
        seen.as, client, secret, answer, confidential.redirect_uri, seen.verifier, options,
      )
      seen.tokens = await oauth.processAuthorizationCodeResponse(seen.as, client, response, {
        expectedNonce: nonce, maxAge: 3600, requireIdToken: true,
      })
      await oauth.validateApplicationLevelSignature(seen.as, response, options)
    },
    userinfo: async () => {
      const { sub } = oauth.getValidatedIdTokenClaims(seen.tokens)
      const response = await oauth.userInfoRequest(seen.as, client, seen.tokens.access_token, options)
      const claims = await oauth.processUserInfoResponse(seen.as, client, sub, response)
      check(claims.sub === sub, 'another subject')
    },
    'the access token is one of RFC 9068': async () => {
      const request = new Request('https://api.example/', {
        headers: { authorization: `Bearer ${seen.tokens.access_token}` },
      })
      const claims = await oauth.validateJwtAccessToken(seen.as, request, issuer, options)
      check(claims.client_id === client.client_id, 'another client')
    },
    refresh: async () => {
      const response = await oauth.refreshTokenGrantRequest(
        seen.as, client, secret, seen.tokens.refresh_token, options,
      )
      seen.tokens = await oauth.processRefreshTokenResponse(seen.as, client, response)
      check(seen.tokens.refresh_token, 'no successor')
    },
    'a signed introspection answer': async () => {
      const asked = { ...client, introspection_signed_response_alg: 'ES256' }
      const response = await oauth.introspectionRequest(seen.as, asked, secret, seen.tokens.access_token, options)
      const answer = await oauth.processIntrospectionResponse(seen.as, asked, response)
      check(answer.active === true && answer.token_type === 'Bearer', JSON.stringify(answer))
      await oauth.validateApplicationLevelSignature(seen.as, response, options)
    },
    'a signed request': async () => {
      const made = await signed()
      await finish({ request: made.request }, made)
    },
    'a signed request that is pushed': async () => {
      const made = await signed()
      const response = await oauth.pushedAuthorizationRequest(seen.as, signer, proof, { request: made.request }, options)
      const { request_uri } = await oauth.processPushedAuthorizationResponse(seen.as, signer, response)
      await finish({ request_uri }, made)
    },
    revocation: async () => {
      const response = await oauth.revocationRequest(seen.as, client, secret, seen.tokens.refresh_token, options)
      await oauth.processRevocationResponse(response)
    },
    registration: async () => {
      const own = {
        client_name: 'Dịch vụ tự đăng ký',
        redirect_uris: ['https://registered.example/callback'],
        token_endpoint_auth_method: 'client_secret_basic',
        id_token_signed_response_alg: 'ES256',
      }
      const request = { initialAccessToken: invitation, ...options }
      const response = await oauth.dynamicClientRegistrationRequest(seen.as, own, request)
      seen.registered = await oauth.processDynamicClientRegistrationResponse(response)
      for (const [member, value] of Object.entries(own)) {
        check(String(seen.registered[member]) === String(value), `another ${member}`)
      }
      const empty = { ...own, redirect_uris: [] }
      const error = await refused(async () => oauth.processDynamicClientRegistrationResponse(
        await oauth.dynamicClientRegistrationRequest(seen.as, empty, request),
      ))
      check(error.error === 'invalid_redirect_uri', error.error)
    },
    'code as the registered client': async () => {
      const secret = oauth.ClientSecretBasic(seen.registered.client_secret)
      const [redirect_uri] = seen.registered.redirect_uris
      const verifier = oauth.generateRandomCodeVerifier()
      const url = new URL(seen.as.authorization_endpoint)
      url.search = new URLSearchParams({
        client_id: seen.registered.client_id,
        redirect_uri,
        response_type: 'code',
        scope: 'openid profile',
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      })
      const answer = oauth.validateAuthResponse(seen.as, seen.registered, await browse(url))
      const response = await oauth.authorizationCodeGrantRequest(
        seen.as, seen.registered, secret, answer, redirect_uri, verifier, options,
      )
      await oauth.processAuthorizationCodeResponse(seen.as, seen.registered, response, { requireIdToken: true })
    },
    'registration management': async () => {
      const manage = (method, body) => {
        const { registration_access_token: token, registration_client_uri: uri } = seen.registered
        const headers = new Headers({ 'content-type': 'application/json' })
        return oauth.protectedResourceRequest(token, method, new URL(uri), headers, JSON.stringify(body), options)
      }
      const found = await (await manage('GET')).json()
      check(found.client_id === seen.registered.client_id && found.redirect_uris.length === 1, JSON.stringify(found))
      seen.registered = { ...seen.registered, ...found }
      for (const theirs of ['registration_access_token', 'registration_client_uri', 'client_secret_expires_at', 'client_id_issued_at']) {
        delete found[theirs] // RFC 7592 §2.2
      }
      const changed = await (await manage('PUT', { ...found, client_name: 'Tên mới' })).json()
      check(changed.client_name === 'Tên mới' && changed.client_id === found.client_id, JSON.stringify(changed))
      seen.registered = { ...seen.registered, ...changed } // the token may be another one now
      check((await manage('DELETE')).status === 204, 'not removed')
      const error = await refused(() => manage('GET'))
      check(error.cause[0].parameters.error === 'invalid_token', JSON.stringify(error.cause))
    },
  }
})
