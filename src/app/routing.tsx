// How does the list of screens become addresses, with sign-in in front and a frame around each record?
import type { QueryClient } from '@tanstack/react-query';
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent, redirect, type AnyRoute } from '@tanstack/react-router';
import type { Screen } from '../tools/ui/screen.ts';
import { Waiting } from '../tools/ui/Progress.tsx';
import { Broken, Missing } from './Missing.tsx';
import { screens } from './screens.ts';
import { meQuery } from './session.ts';
import { guarded } from './guarded.tsx';
import { Bare, Shell } from './Shell.tsx';

export function buildRouter(client: QueryClient) {
  const root = createRootRouteWithContext<{ client: QueryClient }>()({ component: Bare, notFoundComponent: Missing });
  const inside = createRoute({
    getParentRoute: () => root,
    id: 'inside',
    component: Shell,
    beforeLoad: async ({ context, location }) => {
      const me = await context.client.ensureQueryData(meQuery);
      if (!me) throw redirect({ to: '/sign-in', search: { to: location.href } as never });
    },
  });
  const leaf = (screen: Screen, parent: AnyRoute, path: string) => createRoute({ getParentRoute: () => parent, path, component: guarded(screen, lazyRouteComponent(screen.page)) });
  const under = (screen: Screen, frame: Screen) => screen !== frame && (screen.path === frame.path || screen.path.startsWith(`${frame.path}/`));
  const members = screens.filter((screen) => screen.who !== 'public');
  const frames = members.filter((screen) => screen.frames);
  const free = members.filter((screen) => !screen.frames && !frames.some((frame) => under(screen, frame)));
  const framed = frames.map((frame) => {
    const around = leaf(frame, inside, frame.path);
    return around.addChildren(members.filter((screen) => under(screen, frame)).map((screen) => leaf(screen, around, screen.path.slice(frame.path.length) || '/')) as never);
  });
  const anywhere = createRoute({ getParentRoute: () => inside, path: '$', component: Missing });
  inside.addChildren([...framed, ...free.map((screen) => leaf(screen, inside, screen.path)), anywhere] as never);
  root.addChildren([inside, ...screens.filter((screen) => screen.who === 'public').map((screen) => createRoute({ getParentRoute: () => root, path: screen.path, component: lazyRouteComponent(screen.page) }))] as never);

  return createRouter({
    routeTree: root,
    context: { client },
    defaultPreload: 'intent',
    defaultPreloadStaleTime: 0,
    scrollRestoration: true,
    defaultPendingComponent: () => <Waiting />,
    defaultErrorComponent: Broken,
    defaultNotFoundComponent: Missing,
  });
}
