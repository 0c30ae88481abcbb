// Who are you?
import { Button, PasswordInput, TextInput } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { signIn, waysToSignIn } from '../tools/server/model.ts';
import { useAsk, useTell } from '../tools/ui/asking.ts';
import { useGo, useKept } from '../tools/ui/Go.tsx';
import { useTitle } from '../tools/ui/Page.tsx';
import { ProblemNotice } from '../tools/ui/ProblemNotice.tsx';
import { meKey, safeReturn } from './session.ts';
import { SignInDoor } from './SignInDoor.tsx';

export default function SignInPage() {
  useTitle('Sign in');
  const go = useGo();
  const client = useQueryClient();
  const [kept] = useKept('to');
  const ways = useAsk(waysToSignIn);
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const entering = useTell(signIn, {
    rooms: [],
    done: (me) => {
      client.clear();
      client.setQueryData(meKey, me);
      go(safeReturn(kept), true);
    },
  });
  const sso = ways.data?.singleSignOn;
  return (
    <SignInDoor>
      <h1>Sign in</h1>
      {sso && (
        <>
          <Button component="a" href={`${sso.url}?to=${encodeURIComponent(safeReturn(kept))}`} size="md" fullWidth>
            Sign in with your hospital account
          </Button>
          {ways.data?.password && <div className="door-or">or</div>}
        </>
      )}
      {(!ways.data || ways.data.password) && (
        <form
          className="stack"
          onSubmit={(event) => {
            event.preventDefault();
            entering.tell({ body: { email: email.trim(), password } });
          }}
        >
          <TextInput label="E-mail address" type="email" name="email" autoComplete="username" required value={email} onChange={(event) => setEmail(event.currentTarget.value)} size="md" />
          <PasswordInput label="Password" name="password" autoComplete="current-password" required value={password} onChange={(event) => setPassword(event.currentTarget.value)} size="md" visibilityToggleButtonProps={{ 'aria-label': 'Show the password', tabIndex: 0 }} />
          <ProblemNotice problem={entering.problem} />
          <Button type="submit" size="md" fullWidth loading={entering.busy} variant={sso ? 'default' : 'filled'}>
            Sign in
          </Button>
        </form>
      )}
      <p className="small faint">Forgotten the password, or no account yet? An administrator can hand you a one-time link.</p>
    </SignInDoor>
  );
}
