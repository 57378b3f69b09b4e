/** Secrets to search for. Each has characters that encodings change, so that an encoded form is found too. */
export class Secrets {
  readonly #secrets = new Map<string, string>();

  /** Makes a secret that is recognisable wherever it turns up; a test reports it by `name`. */
  make(name: string, { plain = false } = {}): string {
    const core = `pXq7${name.replace(/\W/g, '')}Hunter${this.#secrets.size}zK4w`;
    return this.know(name, plain ? core : `${core}+/~=R9`);
  }

  know(name: string, secret: string): string {
    this.#secrets.set(name, secret);
    return secret;
  }

  /** The names of those that the text holds, with the form in which it does. */
  in(text: string): string[] {
    return [...this.#secrets].flatMap(([name, secret]) =>
      formsOf(secret)
        .filter(([, form]) => text.includes(form))
        .map(([how]) => `${name} (${how})`),
    );
  }
}

function formsOf(secret: string): [string, string][] {
  const bytes = Buffer.from(secret);
  // The bytes before it decide how base64 splits it, in one of three ways.
  const shifted = [0, 1, 2].map((shift): [string, string] => {
    const whole = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
    return [`base64, shifted by ${shift}`, whole.slice(shift === 0 ? 0 : 4, -4)];
  });
  const url = Buffer.from(secret).toString('base64url');
  return [
    ['as it is', secret],
    ['URL-encoded', encodeURIComponent(secret)],
    ['JSON-encoded', JSON.stringify(secret).slice(1, -1)],
    ['its beginning', secret.slice(0, 16)],
    ['its end', secret.slice(-16)],
    ['hexadecimal', bytes.toString('hex')],
    ...shifted,
    ['base64url', url.slice(0, -2)],
  ];
}
