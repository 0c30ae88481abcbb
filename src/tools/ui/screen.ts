// What must be known of a screen to put it into the product?
import type { ComponentType } from 'react';
import type { Role } from '../base/endpoint.ts';

/** One screen. Each capability lists its own in `screens.ts`; the app puts them together. */
export interface Screen {
  /** The address, with `$params`, e.g. `/deployments/$deployment/charter`. */
  path: string;
  /** The page's name, for the browser's title and the menus. */
  title: string;
  /** The page, loaded when it is first opened. */
  page: () => Promise<{ default: ComponentType }>;
  /** Who may open it; everybody else is told so, and does not see it in a menu. */
  who: readonly Role[] | 'public';
  /** Stands in the main menu, in this order. */
  menu?: { label: string; order: number };
  /** Stands among the tabs of the record the address begins with, in this order. */
  tab?: { label: string; order: number };
}
