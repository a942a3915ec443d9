// A registry on the loopback interface, for tests of installing and releasing: serves the tarballs it was given, takes
// what is published to it, and knows nothing else, so that an install that needs more fails. What was asked of it so far
// is at /-/requests.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

/** Starts one with these tarballs. */
export async function startRegistry(tarballs = []) {
  const known = new Map(); // name -> { manifests: Map<version, manifest>, tarballs: Map<version, Buffer>, tags }
  const requests = [];

  const entry = (name) => {
    if (!known.has(name)) known.set(name, { manifests: new Map(), tarballs: new Map(), tags: {} });
    return known.get(name);
  };
  const put = (manifest, bytes, tag = 'latest') => {
    const { name, version } = manifest;
    const { manifests, tarballs, tags } = entry(name);
    if (tarballs.has(version)) throw new Error(`${name}@${version} is there already`);
    const dist = {
      shasum: createHash('sha1').update(bytes).digest('hex'),
      integrity: `sha512-${createHash('sha512').update(bytes).digest('base64')}`,
      tarball: `${url}${name}/-/${version}.tgz`,
    };
    manifests.set(version, { ...manifest, dist });
    tarballs.set(version, bytes);
    tags[tag] = version;
  };
  const packument = (name) => {
    const { manifests, tags } = known.get(name);
    return { name, 'dist-tags': tags, versions: Object.fromEntries(manifests) };
  };

  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url, 'http://x').pathname.slice(1));
    requests.push(`${request.method} ${path}`);
    const send = (status, body) => response.writeHead(status).end(body);
    const [, name, version] = /^(.+)\/-\/(.+)\.tgz$/.exec(path) ?? [];
    if (request.method === 'PUT') {
      const { versions, _attachments, 'dist-tags': tags } = JSON.parse(Buffer.concat(await request.toArray()));
      const [manifest] = Object.values(versions);
      const [{ data }] = Object.values(_attachments);
      if (known.get(path)?.tarballs.has(manifest.version)) return send(409, '{}');
      put(manifest, Buffer.from(data, 'base64'), Object.keys(tags)[0]);
      return send(201, '{}');
    }
    if (name && known.get(name)?.tarballs.has(version)) return send(200, known.get(name).tarballs.get(version));
    response.setHeader('content-type', 'application/json');
    if (path === '-/requests') return send(200, JSON.stringify(requests));
    if (known.has(path)) return send(200, JSON.stringify(packument(path)));
    // One version, by number or tag, which pnpm asks for.
    const at = path.lastIndexOf('/');
    const one = known.get(path.slice(0, at));
    const manifest = one?.manifests.get(one.tags[path.slice(at + 1)] ?? path.slice(at + 1));
    if (manifest) return send(200, JSON.stringify(manifest));
    send(404, '{"error":"not found"}');
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${server.address().port}/`;

  for (const path of tarballs) put(manifestIn(path), readFileSync(path));
  return {
    url,
    close: () => new Promise((resolve) => server.close(resolve).closeAllConnections()),
  };
}

/** The package.json inside a tarball. */
export function manifestIn(path) {
  return JSON.parse(execFileSync('tar', ['-xzOf', path, 'package/package.json'], { encoding: 'utf8' }));
}
