// The documentation site; scripts/docs-site.mjs puts its pages together and writes sidebar.json beside this file.
import { readFileSync } from 'node:fs';
import { defineConfig } from 'vitepress';

export default defineConfig({
  title: 'AATGS',
  description: 'Iterative GPU algorithms that never wait for the CPU, for Node.js',
  base: process.env.AATGS_DOCS_BASE ?? '/aatgs/',
  cleanUrls: true,
  themeConfig: {
    sidebar: JSON.parse(readFileSync(new URL('sidebar.json', import.meta.url), 'utf8')),
    outline: [2, 3],
    search: { provider: 'local' },
    socialLinks: [{ icon: 'github', link: 'https://github.com/aatgs/aatgs' }],
  },
});
