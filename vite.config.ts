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
  },
  server: { port: 7432, proxy: { '/api': { target: 'http://127.0.0.1:7420', changeOrigin: false } } },
});
