// Who holds this one-time link, and which password shall open the account from now on?
import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { signInByLink } from '../tools/server/model.ts';
import { useTell } from '../tools/ui/asking.ts';
import { Go, useGo } from '../tools/ui/Go.tsx';
import { useTitle } from '../tools/ui/Page.tsx';
import { ProblemNotice } from '../tools/ui/ProblemNotice.tsx';
import { meKey } from './session.ts';
import { SignInDoor } from './SignInDoor.tsx';

const tokenHere = (): string => location.hash.replace(/^#/, '');
/** No token of this house is shorter: what is has lost its end on the way. */
const shortest = 20;

export default function LinkPage() {
  useTitle('Set your password');
  const go = useGo();
  const client = useQueryClient();
  // The token stands after # so that no server log and no referrer ever carries it.
  const [token, setToken] = useState(tokenHere);
  // Another link opened in the same tab changes only what stands after #, and loads no page.
  useEffect(() => {
    const changed = () => setToken(tokenHere());
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);
  const [password, setPassword] = useState('');
  const [name, setName] = useState('');
  const [email, setEmail] = useState('');
  const [short, setShort] = useState(false);
  const entering = useTell(signInByLink, {
    rooms: [],
    done: (me) => {
      client.clear();
      client.setQueryData(meKey, me);
      go('/', true);
    },
  });
  if (token.length < shortest)
    return (
      <SignInDoor>
        <h1>This link is not complete</h1>
        <p>Open the link exactly as it was handed to you, or ask an administrator for a new one.</p>
        <Go to="/sign-in">Go to sign-in</Go>
      </SignInDoor>
    );
  return (
    <SignInDoor>
      <h1>Set your password</h1>
      <p className="small faint">The link works once. Length is what makes a password strong: at least 12 characters.</p>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (password.length < 12) return setShort(true);
          entering.tell({ body: { token, password, ...(name.trim() && { name: name.trim() }), ...(email.trim() && { email: email.trim() }) } });
        }}
      >
        <TextInput label="Your name" description="Leave empty to keep the one the administrator entered." name="name" autoComplete="name" value={name} onChange={(event) => setName(event.currentTarget.value)} size="md" />
        <TextInput label="E-mail address" description="What you sign in with. Leave empty to keep the one that was entered." name="email" type="email" autoComplete="username" value={email} onChange={(event) => setEmail(event.currentTarget.value)} size="md" />
        <PasswordInput label="New password" name="password" autoComplete="new-password" required value={password} error={short ? 'At least 12 characters.' : undefined} onChange={(event) => { setPassword(event.currentTarget.value); setShort(false); }} size="md" visibilityToggleButtonProps={{ 'aria-label': 'Show the password', tabIndex: 0 }} />
        <ProblemNotice problem={entering.problem} />
        <Button type="submit" size="md" fullWidth loading={entering.busy}>
          Set the password and sign in
        </Button>
      </form>
    </SignInDoor>
  );
}
