// A real OpenID Connect provider for tests (npm package oidc-provider) on a free port of this machine. Whoever types a login
// there is that subject; what the provider says of them stands in `people`.
import { createRequire } from 'node:module';
import { generateKeyPairSync } from 'node:crypto';
import { pathToFileURL } from 'node:url';

const require = createRequire(new URL('../../web/package.json', import.meta.url));

export const available = () => {
  try {
    require.resolve('oidc-provider');
    return true;
  } catch {
    return false;
  }
};

export function makeKey(id, kind = 'EC') {
  const { privateKey } = kind === 'EC' ? generateKeyPairSync('ec', { namedCurve: 'P-256' }) : generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { ...privateKey.export({ format: 'jwk' }), kid: id, use: 'sig', alg: kind === 'EC' ? 'ES256' : 'RS256' };
}

// `people`: claims by login. `clients`: of oidc-provider's configuration. Returns { issuer, stop }.
export async function startProvider({ port = 0, people, clients, keys = [makeKey('first')], id_token_s = 300 }) {
  const { default: Provider } = await import(pathToFileURL(require.resolve('oidc-provider')).href);
  // The issuer has to know its port before anything listens: a server that takes one first.
  const { createServer } = await import('node:http');
  const place = createServer();
  const listen = (server, wanted) => new Promise((resolve, reject) => server.once('error', reject).listen(wanted, '127.0.0.1', resolve));
  await listen(place, port);
  const taken = place.address().port;
  await new Promise((resolve) => place.close(resolve));
  const issuer = `http://127.0.0.1:${taken}`;
  const quiet = console.warn;
  const quieter = console.info;
  console.warn = console.info = () => {};
  const provider = new Provider(issuer, {
    clients: clients.map((client) => ({ id_token_signed_response_alg: keys[0].alg, grant_types: ['authorization_code'], response_types: ['code'], ...client })),
    jwks: { keys },
    cookies: { keys: ['a key for cookies of tests'] },
    claims: { openid: ['sub'], profile: ['name'], email: ['email', 'email_verified'], document: ['doc_type', 'doc_no'] },
    scopes: ['openid', 'profile', 'email', 'document'],
    conformIdTokenClaims: false,
    pkce: { required: () => true },
    ttl: { IdToken: id_token_s, AccessToken: 300, AuthorizationCode: 60, Interaction: 300, Session: 300, Grant: 300 },
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id, ...people[id] }) }),
  });
  const server = createServer(provider.callback());
  await listen(server, taken);
  console.warn = quiet;
  console.info = quieter;
  return { issuer, port: taken, stop: () => new Promise((resolve) => { server.closeAllConnections(); server.close(resolve); }) };
}
