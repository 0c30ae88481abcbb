// How does the web app start in the browser?
import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { createRoot } from 'react-dom/client';
import { atSignOut } from '../tools/ui/api.ts';
import { Said } from '../tools/ui/Said.tsx';
import { HeaderPiecesContext, ScreensContext } from '../tools/ui/screen.ts';
import { theme } from '../tools/ui/theme.ts';
import { buildRouter } from './routing.tsx';
import { headerPieces, screens } from './screens.ts';
import { meKey } from './session.ts';

const client = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 15_000,
      retry: (failures, error) => failures < 2 && (error as { kind?: string }).kind === 'unavailable',
    },
  },
});
const router = buildRouter(client);

atSignOut.leave = () => {
  client.setQueryData(meKey, null);
  void router.invalidate();
};

createRoot(document.getElementById('attending')!).render(
  <MantineProvider theme={theme} defaultColorScheme="auto">
    <QueryClientProvider client={client}>
      <Said>
        <ScreensContext value={screens}>
          <HeaderPiecesContext value={headerPieces}>
            <RouterProvider router={router} />
          </HeaderPiecesContext>
        </ScreensContext>
      </Said>
    </QueryClientProvider>
  </MantineProvider>,
);
