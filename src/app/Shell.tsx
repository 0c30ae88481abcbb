// What stands around every page: the name, the menu, the account and the way to the contents?
import { useQuery } from '@tanstack/react-query';
import { Outlet, useRouter, useRouterState } from '@tanstack/react-router';
import { use, useEffect, useRef, useState } from 'react';
import { signOut } from '../tools/server/model.ts';
import { useTell } from '../tools/ui/asking.ts';
import { Go } from '../tools/ui/Go.tsx';
import { Bars, ChevronDown } from '../tools/ui/icons.tsx';
import { admits, MeContext, type Me } from '../tools/ui/me.ts';
import { PrintedAt } from '../tools/ui/Printed.tsx';
import { ScreensContext } from '../tools/ui/screen.ts';
import { Mark } from './Mark.tsx';
import { meQuery } from './session.ts';

/** Pages before sign-in stand by themselves. */
export function Bare() {
  return <Outlet />;
}

export function Shell() {
  const screens = use(ScreensContext);
  const { data: me } = useQuery(meQuery);
  const router = useRouter();
  const path = useRouterState({ select: (state) => state.location.pathname });
  const main = useRef<HTMLElement>(null);
  const [menuOpen, setMenuOpen] = useState(false);
  const first = useRef(true);
  useEffect(() => {
    setMenuOpen(false);
    // After going elsewhere, keyboards and screen readers start at the new contents, as after loading a page.
    if (first.current) first.current = false;
    else main.current?.focus({ preventScroll: true });
  }, [path]);
  useEffect(() => {
    if (me === null) void router.invalidate();
  }, [me, router]);
  if (!me) return null;

  const items = screens.filter((screen) => screen.menu && admits(screen.who, me)).toSorted((a, b) => a.menu!.order - b.menu!.order);
  const framed = screens.some((screen) => screen.frames && matches(screen.path, path));
  return (
    <MeContext value={me}>
      <div className="site">
        <a className="skip" href="#contents" onClick={(event) => { event.preventDefault(); main.current?.focus(); }}>
          Skip to the contents
        </a>
        <header className="site-header">
          <div className="site-bar">
            <button type="button" className="menu-button" aria-expanded={menuOpen} aria-controls="site-menu" aria-label="Menu" onClick={() => setMenuOpen(!menuOpen)}>
              <Bars size={20} />
            </button>
            <Go to="/" className="mark" aria-label="Attending, to the portfolio">
              <Mark /> Attending
            </Go>
            <nav className="site-nav" aria-label="Main" id="site-menu" data-open={menuOpen}>
              <ul>
                {items.map((screen) => (
                  <li key={screen.path}>
                    <Go to={screen.path} marks={screen.path === '/' ? 'page-exact' : 'page'}>
                      {screen.menu!.label}
                    </Go>
                  </li>
                ))}
              </ul>
            </nav>
            <div className="site-account">
              <AccountMenu me={me} />
            </div>
          </div>
        </header>
        <main id="contents" className={`site-main${framed ? ' has-frame' : ''}`} ref={main} tabIndex={-1}>
          <Outlet />
        </main>
        <footer className="site-foot">
          <span>Attending</span>
          <span>Every number opens into its evidence. What is missing is said to be missing.</span>
          <PrintedAt />
        </footer>
      </div>
    </MeContext>
  );
}

function AccountMenu({ me }: { me: Me }) {
  const router = useRouter();
  const [open, setOpen] = useState(false);
  const box = useRef<HTMLDivElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const leave = useTell(signOut, {
    rooms: [],
    done: () => {
      router.options.context.client.clear();
      location.assign('/sign-in');
    },
  });
  useEffect(() => {
    if (!open) return;
    const outside = (event: PointerEvent) => {
      if (!box.current?.contains(event.target as Node)) setOpen(false);
    };
    document.addEventListener('pointerdown', outside);
    return () => document.removeEventListener('pointerdown', outside);
  }, [open]);
  return (
    <div
      className="account"
      ref={box}
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || !open) return;
        setOpen(false);
        button.current?.focus();
      }}
      onBlur={(event) => {
        if (event.relatedTarget && !event.currentTarget.contains(event.relatedTarget)) setOpen(false);
      }}
    >
      <button type="button" className="account-button" ref={button} aria-expanded={open} aria-controls="account-list" onClick={() => setOpen(!open)}>
        <span className="account-initials" aria-hidden="true">
          {initials(me.name)}
        </span>
        <span className="account-name">
          {me.name}
          <span className="hidden-words">: account menu</span>
        </span>
        <ChevronDown size={12} />
      </button>
      <div className="account-list" id="account-list" hidden={!open}>
        <p>{me.roles.map((role) => role.replace('-', ' ')).join(', ') || 'no role yet'}</p>
        <Go to="/account">Your account</Go>
        <button type="button" onClick={() => leave.tell({})}>
          Sign out
        </button>
      </div>
    </div>
  );
}

const matches = (pattern: string, path: string) => new RegExp(`^${pattern.replace(/\$\w+/g, '[^/]+')}(/|$)`).test(path);

/** Of the name itself; what follows a comma says where somebody works. */
const initials = (name: string) =>
  name
    .split(',')[0]!
    .split(/\s+/)
    .filter((word) => /^[\p{L}]/u.test(word) && !/^(dr|prof)\.?$/i.test(word))
    .map((word) => word.charAt(0).toUpperCase())
    .filter((_, index, all) => index === 0 || index === all.length - 1)
    .join('');

