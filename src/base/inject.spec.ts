import { Test } from '@nestjs/testing';
import { provide, token } from './inject.js';

interface Config {
  readonly port: number;
}
class Store {
  readonly #name: string;

  constructor(name: string) {
    this.#name = name;
  }

  get name(): string {
    return this.#name;
  }
}
class Server {
  constructor(readonly address: string) {}
}
const CONFIG = token<Config>('CONFIG');
const HOST = token<string>('HOST');

describe('a typed provider', () => {
  it('is made from what its keys stand for, in their order, by values and by classes', async () => {
    const module = await Test.createTestingModule({
      providers: [
        provide(CONFIG, [], () => ({ port: 3000 })),
        provide(HOST, [], () => Promise.resolve('localhost')),
        provide(Store, [HOST], (host) => new Store(host)),
        provide(Server, [Store, CONFIG], (store, { port }) => new Server(`${store.name}:${port}`)),
      ],
    }).compile();
    expect(module.get(Server).address).toBe('localhost:3000');
  });

  it('does not compile where keys, parameters and what is made disagree', () => {
    const disagreements = [
      // @ts-expect-error the first parameter is the store, not the configuration
      provide(Server, [Store, CONFIG], (config: Config) => new Server(String(config.port))),
      // @ts-expect-error more parameters than keys
      provide(Server, [Store], (store, config: Config) => new Server(store.name + config.port)),
      // @ts-expect-error a configuration has no such field
      provide(Server, [CONFIG], ({ host }) => new Server(String(host))),
      // @ts-expect-error a string is no configuration
      provide(CONFIG, [HOST], (host) => host),
      // @ts-expect-error a store is no server
      provide(Server, [HOST], (host) => new Store(host)),
      // @ts-expect-error a symbol without a type is no key
      provide(Server, [Symbol('HOST')], (host: string) => new Server(host)),
    ];
    expect(disagreements).toHaveLength(6);
  });
});
