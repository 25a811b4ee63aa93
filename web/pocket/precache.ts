// Fills in sw.js what the phone page is made of: its scripts, styles and pictures, and a version that changes when any of them does.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Plugin, Rollup } from 'vite';

const beside = ['/pocket/manifest.zh.webmanifest', '/pocket/manifest.en.webmanifest', '/pocket/icon-192.png', '/pocket/icon-512.png', '/icon.svg'];

// Every file the chunk needs, itself first; with what it loads later.
function filesOf(chunk: Rollup.OutputChunk, bundle: Rollup.OutputBundle, found: Set<string>): void {
  if (found.has(chunk.fileName)) return;
  found.add(chunk.fileName);
  for (const file of [...(chunk.viteMetadata?.importedCss ?? []), ...(chunk.viteMetadata?.importedAssets ?? [])]) found.add(file);
  for (const name of [...chunk.imports, ...chunk.dynamicImports]) {
    const next = bundle[name];
    if (next?.type === 'chunk') filesOf(next, bundle, found);
  }
}

export function precache(source: string, publicFolder: string): Plugin {
  return {
    name: 'jingwei-precache',
    apply: 'build',
    enforce: 'post',
    generateBundle(_options, bundle) {
      const found = new Set<string>();
      for (const one of Object.values(bundle)) {
        if (one.type === 'chunk' && one.facadeModuleId?.endsWith('/pocket/index.html')) filesOf(one, bundle, found);
      }
      const page = bundle['pocket/index.html'];
      if (found.size === 0 || page?.type !== 'asset') this.error('the phone page is not in this build');
      const hash = createHash('sha256').update(page.source);
      for (const name of [...found].sort()) hash.update(name);
      for (const name of beside) hash.update(readFileSync(publicFolder + name));
      const files = ['/pocket/', ...[...found].sort().map((name) => `/${name}`), ...beside];
      const text = readFileSync(source, 'utf8').replace('__VERSION__', hash.digest('hex').slice(0, 16)).replace('__FILES__', JSON.stringify(files));
      this.emitFile({ type: 'asset', fileName: 'pocket/sw.js', source: text });
    },
  };
}
