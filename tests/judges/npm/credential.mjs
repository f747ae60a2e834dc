// An independent judge of credentials and status lists: npm @sd-jwt/*.
// Reads one JSON request from standard input, writes one JSON answer: {ok, payload?, status?, error?}.

import crypto from 'node:crypto'
import { digest, generateSalt } from '@sd-jwt/crypto-nodejs'
import { getListFromStatusListJWT } from '@sd-jwt/jwt-status-list'
import { SDJwtVcInstance } from '@sd-jwt/sd-jwt-vc'

const chunks = []
for await (const chunk of process.stdin) chunks.push(chunk)
const request = JSON.parse(Buffer.concat(chunks).toString('utf8'))

const verifierFor = (key) => async (data, signature) =>
  crypto.verify(
    'sha256',
    Buffer.from(data),
    { key, dsaEncoding: 'ieee-p1363' },
    Buffer.from(signature, 'base64url'),
  )

function instance() {
  const issuer = request.issuer_key && crypto.createPublicKey(request.issuer_key)
  const status = request.status_key && crypto.createPublicKey(request.status_key)
  return new SDJwtVcInstance({
    hasher: digest,
    hashAlg: 'sha-256',
    saltGenerator: generateSalt,
    signAlg: 'ES256',
    verifier: issuer && verifierFor(issuer),
    statusVerifier: status && verifierFor(status),
    statusListFetcher: async () => request.status_token,
    kbVerifier: async (data, signature, payload) =>
      verifierFor(crypto.createPublicKey({ key: payload.cnf.jwk, format: 'jwk' }))(data, signature),
  })
}

async function issue() {
  const { privateKey, publicKey } = crypto.generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const issuer = new SDJwtVcInstance({
    hasher: digest,
    hashAlg: 'sha-256',
    saltGenerator: generateSalt,
    signAlg: 'ES256',
    signer: async (data) =>
      crypto.sign('sha256', Buffer.from(data), { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url'),
  })
  const credential = await issuer.issue(request.claims, request.frame)
  return { credential, issuer_key: publicKey.export({ type: 'spki', format: 'pem' }) }
}

const acts = {
  verify: async () => ({
    payload: (
      await instance().verify(request.credential, {
        currentDate: request.now,
        keyBindingNonce: request.nonce,
      })
    ).payload,
  }),
  read_list: async () => {
    const list = getListFromStatusListJWT(request.status_token)
    return { statuses: request.indices.map((index) => list.getStatus(index)) }
  },
  issue,
}

try {
  process.stdout.write(JSON.stringify({ ok: true, ...(await acts[request.act]()) }))
} catch (error) {
  process.stdout.write(JSON.stringify({ ok: false, error: String(error.message ?? error) }))
}
