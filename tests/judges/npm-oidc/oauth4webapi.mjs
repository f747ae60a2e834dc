// npm oauth4webapi against a served node: lower level, every response checked by the library.
import * as oauth from "oauth4webapi";
import { importJWK } from "jose";
import { Browser } from "./browser.mjs";

const asked = JSON.parse(await new Response(process.stdin).text());
const issuer = new URL(asked.issuer);
const insecure = { [oauth.allowInsecureRequests]: true };
const browser = new Browser(asked.issuer, asked.citizen);
const seen = {};

const server = await oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, insecure));
const twin = await oauth.processDiscoveryResponse(
  issuer, await oauth.discoveryRequest(issuer, { ...insecure, algorithm: "oauth2" }));
if (twin.token_endpoint !== server.token_endpoint) throw new Error("RFC 8414 and OpenID Discovery differ");

async function values(verifier, state, nonce) {
  return new URLSearchParams({
    response_type: "code",
    client_id: "",
    redirect_uri: asked.redirect_uri,
    scope: "openid profile",
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state,
    nonce,
  });
}

const plain = { client_id: "plain" };
const secret = oauth.ClientSecretBasic(asked.plain_secret);
const verifier = oauth.generateRandomCodeVerifier();
const nonce = oauth.generateRandomNonce();
const state = oauth.generateRandomState();
const query = await values(verifier, state, nonce);
query.set("client_id", "plain");
const back = await browser.visit(`${server.authorization_endpoint}?${query}`);
const parameters = oauth.validateAuthResponse(server, plain, back, state);
const exchange = await oauth.authorizationCodeGrantRequest(
  server, plain, secret, parameters, asked.redirect_uri, verifier, insecure);
const tokens = await oauth.processAuthorizationCodeResponse(server, plain, exchange, { expectedNonce: nonce, requireIdToken: true });
await oauth.validateApplicationLevelSignature(server, exchange, insecure);
const subject = oauth.getValidatedIdTokenClaims(tokens).sub;
const told = await oauth.processUserInfoResponse(
  server, plain, subject, await oauth.userInfoRequest(server, plain, tokens.access_token, insecure));
seen.code = { token_type: tokens.token_type, name: told.name };

const more = await oauth.processRefreshTokenResponse(
  server, plain, await oauth.refreshTokenGrantRequest(server, plain, secret, tokens.refresh_token, insecure));
seen.refresh = { token_type: more.token_type, same_subject: oauth.getValidatedIdTokenClaims(more)?.sub === subject };

const resource = new Request(server.userinfo_endpoint, { headers: { authorization: `Bearer ${more.access_token}` } });
const verified = await oauth.validateJwtAccessToken(server, resource, asked.issuer, insecure);
seen.jwt = { client_id: verified.client_id };

async function active(token) {
  const response = await oauth.introspectionRequest(server, plain, secret, token, insecure);
  return (await oauth.processIntrospectionResponse(server, plain, response)).active;
}
const before = await active(more.access_token);
await oauth.processRevocationResponse(await oauth.revocationRequest(server, plain, secret, more.access_token, insecure));
seen.introspection = { before, after: await active(more.access_token) };

const strict = { client_id: "strict" };
const key = oauth.PrivateKeyJwt({ key: await importJWK(asked.key, "ES256"), kid: asked.key.kid });
const DPoP = oauth.DPoP(strict, await oauth.generateKeyPair("ES256"));
const strict_verifier = oauth.generateRandomCodeVerifier();
const pushed = await values(strict_verifier, state, nonce);
pushed.set("client_id", "strict");
let nonce_was_asked = false;
async function again(work) {
  try {
    return await work();
  } catch (error) {
    if (!oauth.isDPoPNonceError(error)) throw error;
    nonce_was_asked = true;
    return work();
  }
}
const held = await again(async () => oauth.processPushedAuthorizationResponse(
  server, strict, await oauth.pushedAuthorizationRequest(server, strict, key, pushed, { ...insecure, DPoP })));
const reference = new URLSearchParams({ client_id: "strict", request_uri: held.request_uri });
const strict_back = await browser.visit(`${server.authorization_endpoint}?${reference}`);
const strict_parameters = oauth.validateAuthResponse(server, strict, strict_back, state);
const bound = await again(async () => oauth.processAuthorizationCodeResponse(
  server, strict,
  await oauth.authorizationCodeGrantRequest(
    server, strict, key, strict_parameters, asked.redirect_uri, strict_verifier, { ...insecure, DPoP }),
  { expectedNonce: nonce, requireIdToken: true }));
seen.par = { token_type: bound.token_type, nonce_was_asked };

// RFC 9207: an answer that names another issuer is not taken (mix-up, T1).
const mixed = new URL(strict_back);
mixed.searchParams.set("iss", "https://evil.example");
try {
  oauth.validateAuthResponse(server, strict, mixed, state);
  seen.issuer_checked = "accepted";
} catch {
  seen.issuer_checked = "refused";
}

process.stdout.write(JSON.stringify(seen));
