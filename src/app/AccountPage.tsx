// What is known about me, and how do I change my password?
import { Button, PasswordInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { roles } from '../tools/base/endpoint.ts';
import { changePassword, signOutEverywhere } from '../tools/server/model.ts';
import { useTell } from '../tools/ui/asking.ts';
import { ConfirmButton } from '../tools/ui/ConfirmButton.tsx';
import { Facts, Page, Part } from '../tools/ui/Page.tsx';
import { ProblemNotice } from '../tools/ui/ProblemNotice.tsx';
import { useSay } from '../tools/ui/Said.tsx';
import { meQuery } from './session.ts';

export default function AccountPage() {
  const { data: me } = useQuery(meQuery);
  const say = useSay();
  const [current, setCurrent] = useState('');
  const [next, setNext] = useState('');
  const changing = useTell(changePassword, {
    rooms: [],
    done: () => {
      say('The password is changed; all other sessions have ended.');
      setCurrent('');
      setNext('');
    },
  });
  const ending = useTell(signOutEverywhere, { done: () => location.assign('/sign-in') });
  if (!me) return null;
  return (
    <Page title="Your account">
      <div className="card">
        <Facts facts={[['Name', me.name], ['E-mail address', me.email ?? 'none'], ['Vendor', me.vendor], ].filter((fact): fact is [string, string] => fact[1] !== null)} />
      </div>
      <Part title="What you may do">
        <ul className="stack">
          {me.roles.map((role) => (
            <li key={role}>
              <b>{role}</b>: {roles[role]}
            </li>
          ))}
          {me.roles.length === 0 && <li className="none">No role yet. An administrator gives roles.</li>}
        </ul>
      </Part>
      <Part title={me.hasPassword ? 'Change the password' : 'Set a password'} says="At least 12 characters. All other sessions end.">
        <form
          className="stack"
          style={{ maxWidth: '24rem' }}
          onSubmit={(event) => {
            event.preventDefault();
            changing.tell({ body: { next, ...(me.hasPassword && { current }) } });
          }}
        >
          <input type="hidden" name="username" autoComplete="username" value={me.email ?? ''} readOnly />
          {me.hasPassword && <PasswordInput label="Current password" autoComplete="current-password" required value={current} onChange={(event) => setCurrent(event.currentTarget.value)} />}
          <PasswordInput label="New password" autoComplete="new-password" required minLength={12} value={next} onChange={(event) => setNext(event.currentTarget.value)} />
          <ProblemNotice problem={changing.problem} />
          <div>
            <Button type="submit" loading={changing.busy}>
              Change the password
            </Button>
          </div>
        </form>
      </Part>
      <Part title="Sessions">
        <div>
          <ConfirmButton label="Sign out everywhere" title="Sign out everywhere?" says="Every browser you are signed in with, this one too, has to sign in again." busy={ending.busy} problem={ending.problem} onConfirm={() => ending.tellAsync({} as never)} />
        </div>
      </Part>
    </Page>
  );
}
