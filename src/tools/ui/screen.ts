// What must be known of a screen to put it into the product?
import { createContext, use, type ComponentType } from 'react';
import type { Role } from '../base/endpoint.ts';
import { admits, useMe } from './me.ts';

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
  /** Stands around all screens whose address begins with its own, and shows them in its `Outlet`. */
  frames?: true;
  /** Stands among the tabs of the record the address begins with, in this order. */
  tab?: { label: string; order: number };
  /** Shows what a deployment's numbers were computed from: those whose source begins with one of these words (`audit/aud_01…`). Its last `$param` is the record. */
  evidence?: { of: readonly string[]; says: string };
}

/** All screens of the product, as the app put them together. */
export const ScreensContext = createContext<readonly Screen[]>([]);

/** A part of one room that stands in the header of another room's record, such as a switch. */
export interface HeaderPiece {
  /** The address of the record's frame, e.g. `/deployments/$deployment`. */
  of: string;
  who: readonly Role[] | 'public';
  piece: () => Promise<{ default: ComponentType }>;
}

/** All pieces of headers, as the app put them together. */
export const HeaderPiecesContext = createContext<readonly HeaderPiece[]>([]);

/** The tabs of a record: screens under its address that have one and that this person may open. */
export function useTabs(prefix: string): Screen[] {
  const screens = use(ScreensContext);
  const me = useMe();
  return screens.filter((screen) => screen.tab && screen.path.startsWith(prefix) && admits(screen.who, me)).toSorted((a, b) => a.tab!.order - b.tab!.order);
}
