// How does the web app become the files the server hands out?
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  root: new URL('./src/app/', import.meta.url).pathname,
  base: '/',
  publicDir: false,
  plugins: [react()],
  build: {
    outDir: new URL('./dist/web/', import.meta.url).pathname,
    emptyOutDir: true,
    target: 'es2022',
    sourcemap: true,
    assetsInlineLimit: 0,
    // The page's content security policy allows scripts of this origin only, so nothing may be inlined.
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
    // The policy also refuses code made at run time. Zod tries that while schemas are declared, so it is told before any chunk runs.
    rolldownOptions: { output: { banner: '(globalThis.__zod_globalConfig??={}).jitless=true;' } },
  },
  server: { port: 7432, proxy: { '/api': { target: 'http://127.0.0.1:7420', changeOrigin: false } } },
});
