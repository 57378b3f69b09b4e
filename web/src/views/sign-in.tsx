import { useSignal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import type { TokenRefusal } from '../data/refusal.js';
import { words } from '../i18n/i18n.js';
import { refusalText } from '../i18n/refusal-text.js';
import { isRemembered, signIn } from '../state/access.js';

/** Asks for a token. `reason`: why the last one is not valid any more. */
export function SignIn({
  reason,
  done,
}: {
  readonly reason: TokenRefusal | null;
  readonly done?: () => void;
}) {
  const said = words();
  const field = useRef<HTMLInputElement>(null);
  const keep = useRef<HTMLInputElement>(null);
  const refusal = useSignal(reason);
  const isAsking = useSignal(false);
  const asking = useRef<AbortController | null>(null);
  useEffect(() => {
    field.current?.focus();
    return () => asking.current?.abort();
  }, []);
  const ask = async () => {
    asking.current?.abort();
    const own = new AbortController();
    asking.current = own;
    refusal.value = null;
    isAsking.value = true;
    const answer = await signIn(field.current!.value, keep.current!.checked, own.signal);
    if (own.signal.aborted) return;
    isAsking.value = false;
    refusal.value = answer;
    if (answer === null) done?.();
  };
  return (
    <form
      class="sign-in"
      onSubmit={(event) => {
        event.preventDefault();
        void ask();
      }}
    >
      <h1>{said.signIn}</h1>
      {isAsking.value && <p role="status">{said.checking}</p>}
      {refusal.value !== null && (
        <p class="refusal" role="alert">
          {refusalText(said, refusal.value)}
        </p>
      )}
      <label for="token">{said.token}</label>
      <input
        ref={field}
        id="token"
        type="password"
        autocomplete="off"
        required
        aria-describedby="token-hint"
      />
      <p id="token-hint" class="hint">
        {said.tokenHint}
      </p>
      <label class="choice">
        <input ref={keep} type="checkbox" defaultChecked={isRemembered()} aria-describedby="keep-hint" />
        {said.remember}
      </label>
      <p id="keep-hint" class="hint">
        {said.rememberHint}
      </p>
      <button type="submit" class="primary">
        {said.signIn}
      </button>
    </form>
  );
}
