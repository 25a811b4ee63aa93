import { fileURLToPath } from 'node:url';
import vue from '@vitejs/plugin-vue';
import { defineConfig } from 'vite';

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const hub = process.env.JINGWEI_URL ?? 'http://127.0.0.1:8481';

// Four pages, one build: the cockpit at /, the desk at /desk/, the readable API at /api/, rumours checked at /rumours/.
export default defineConfig({
  root: at('.'),
  plugins: [vue()],
  define: {
    __VUE_OPTIONS_API__: true,
    __VUE_PROD_DEVTOOLS__: false,
    __INTLIFY_PROD_DEVTOOLS__: false,
    __VUE_I18N_LEGACY_API__: false,
    __VUE_I18N_FULL_INSTALL__: false,
  },
  resolve: { alias: { '@shared': at('./shared') } },
  server: {
    host: '127.0.0.1',
    proxy: { '/api/v1': hub, '/api/openapi.json': hub, '/healthz': hub },
  },
  build: {
    target: 'es2020',
    sourcemap: false,
    chunkSizeWarningLimit: 900,
    // Nothing is inlined into the pages: the server's content security policy allows files of its own only.
    assetsInlineLimit: 0,
    rollupOptions: {
      input: { cockpit: at('./index.html'), desk: at('./desk/index.html'), api: at('./api/index.html'), rumours: at('./rumours/index.html') },
    },
  },
});
