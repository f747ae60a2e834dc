// npm openid-client against a served node. Reads a request on standard input, answers what it saw.
import * as client from "openid-client";
import { importJWK } from "jose";
import { Browser } from "./browser.mjs";

const asked = JSON.parse(await new Response(process.stdin).text());
const issuer = new URL(asked.issuer);
const insecure = { execute: [client.allowInsecureRequests] };
const browser = new Browser(asked.issuer, asked.citizen);
const key = { key: await importJWK(asked.key, "ES256"), kid: asked.key.kid };

async function discover(id, authentication, metadata) {
  return client.discovery(issuer, id, metadata, authentication, insecure);
}

function checks() {
  return { pkceCodeVerifier: client.randomPKCECodeVerifier(), expectedState: client.randomState(), expectedNonce: client.randomNonce() };
}

async function parameters(wanted, more = {}) {
  return {
    redirect_uri: asked.redirect_uri,
    scope: "openid profile",
    code_challenge: await client.calculatePKCECodeChallenge(wanted.pkceCodeVerifier),
    code_challenge_method: "S256",
    state: wanted.expectedState,
    nonce: wanted.expectedNonce,
    ...more,
  };
}

const seen = {};

async function strict(name, addressOf) {
  const config = await discover("strict", client.PrivateKeyJwt(key));
  const DPoP = client.getDPoPHandle(config, await client.randomDPoPKeyPair("ES256"));
  const wanted = checks();
  const address = await addressOf(config, await parameters(wanted), { DPoP });
  const back = await browser.visit(address.href);
  const tokens = await client.authorizationCodeGrant(config, back, wanted, undefined, { DPoP });
  const claims = tokens.claims();
  const told = await client.fetchUserInfo(config, tokens.access_token, claims.sub, { DPoP });
  seen[name] = { token_type: tokens.token_type, acr: claims.acr, amr: claims.amr, name: told.name };
  return { config, tokens, DPoP };
}

const pushed = await strict("par", (config, values, options) => client.buildAuthorizationUrlWithPAR(config, values, options));
await strict("jar", async (config, values, options) => {
  const signed = await client.buildAuthorizationUrlWithJAR(config, values, key, {
    [client.modifyAssertion]: (_header, claims) => { claims.nbf = claims.iat; },
  });
  const request = signed.searchParams.get("request");
  return client.buildAuthorizationUrlWithPAR(config, { request }, options);
});

const { config, tokens, DPoP } = pushed;
const refreshed = await client.refreshTokenGrant(config, tokens.refresh_token, undefined, { DPoP });
seen.refresh = { same_token: !refreshed.refresh_token || refreshed.refresh_token === tokens.refresh_token, token_type: refreshed.token_type };
const before = await client.tokenIntrospection(config, refreshed.access_token);
await client.tokenRevocation(config, tokens.refresh_token);
const after = await client.tokenIntrospection(config, refreshed.access_token);
seen.introspection = { before: before.active, jkt: typeof before.cnf?.jkt, after: after.active };
seen.refused = await client.refreshTokenGrant(config, tokens.refresh_token, undefined, { DPoP }).then(() => "accepted", (error) => error.error);

const registered = await client.dynamicClientRegistration(
  issuer,
  { client_name: "Registered", redirect_uris: [asked.redirect_uri], token_endpoint_auth_method: "client_secret_post", grant_types: ["authorization_code"] },
  undefined,
  { ...insecure, initialAccessToken: asked.initial_access_token },
);
const wanted = checks();
const back = await browser.visit(client.buildAuthorizationUrl(registered, await parameters(wanted)).href);
const own = await client.authorizationCodeGrant(registered, back, wanted);
seen.registration = { token_type: own.token_type, subject_differs: own.claims().sub !== tokens.claims().sub };

const device = await discover("device", client.None());
const waiting = await client.initiateDeviceAuthorization(device, { scope: "openid profile" });
await browser.visit(waiting.verification_uri_complete);
const polled = await client.pollDeviceAuthorizationGrant(device, { ...waiting, interval: 1 });
seen.device = { token_type: polled.token_type, id_token: typeof polled.claims()?.sub };

const machine = await discover("machine", client.ClientSecretPost(asked.machine_secret));
const own_token = await client.clientCredentialsGrant(machine);
seen.client_credentials = { token_type: own_token.token_type, id_token: own_token.id_token ?? null };

const leaving = client.buildEndSessionUrl(config, {
  post_logout_redirect_uri: asked.post_logout_redirect_uri, id_token_hint: tokens.id_token, state: "bye",
});
const gone = await browser.visit(leaving.href);
const again = await browser.visit((await client.buildAuthorizationUrlWithPAR(config, await parameters(checks(), { prompt: "none" }), { DPoP })).href);
seen.logout = { address: gone.href, afterwards: again.searchParams.get("error") };

process.stdout.write(JSON.stringify(seen));
