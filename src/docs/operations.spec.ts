import { PassThrough } from 'node:stream';
import 'reflect-metadata';
import { type DynamicModule, RequestMethod, type Type } from '@nestjs/common';
import { METHOD_METADATA, MODULE_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { LogOutput } from '../app/log-output.js';
import { AppModule } from '../app.module.js';
import { parseConfig } from '../config/parse-config.js';
import { silent } from '../../test/support/delivery.js';
import { buildExamples } from './examples.js';
import { operations } from './operations.js';

type Imported = Type | DynamicModule;

/** Every controller of a module and of what it imports, from Nest's own metadata: nothing is started. */
function controllersOf(imported: Imported, seen = new Set<Imported>()): Type[] {
  if (seen.has(imported)) return [];
  seen.add(imported);
  const dynamic = 'module' in imported ? imported : undefined;
  const type = dynamic?.module ?? (imported as Type);
  const both = <T>(name: 'imports' | 'controllers') => [
    ...((Reflect.getMetadata(MODULE_METADATA[name.toUpperCase() as 'IMPORTS' | 'CONTROLLERS'], type) ??
      []) as T[]),
    ...((dynamic?.[name] ?? []) as T[]),
  ];
  return [
    ...both<Type>('controllers'),
    ...both<Imported>('imports').flatMap((inner) => controllersOf(inner, seen)),
  ];
}

/** As `operations.ts` writes them: `GET /v1/calls/{callId}`. */
function routesOf(controller: Type): string[] {
  const prototype = controller.prototype as Record<string, object>;
  return Object.getOwnPropertyNames(prototype).flatMap((name) => {
    const handler = prototype[name]!;
    const method = Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod | undefined;
    if (method === undefined) return [];
    const parts = [controller, handler].map((one) => Reflect.getMetadata(PATH_METADATA, one) as string);
    const path = parts.flatMap((part) => part.split('/').filter((step) => step !== '')).join('/');
    return `${RequestMethod[method]} /${path.replace(/:(\w+)/g, '{$1}')}`;
  });
}

function application(): DynamicModule {
  const env = { PITEL_BASE_URL: 'http://127.0.0.1:9', PITEL_TOKEN: 't', STORE: 'memory', AUTH_MODE: 'none' };
  const parsed = parseConfig(env);
  if (!parsed.ok) throw new Error(parsed.problems.join('; '));
  return AppModule.for(parsed.config, silent, new LogOutput(new PassThrough(), () => undefined));
}

describe('The operations that are described', () => {
  it('are the routes of the application’s controllers: none is missing, and none is invented', () => {
    const routes = controllersOf(application()).flatMap(routesOf);
    expect(routes.length).toBeGreaterThan(0);
    expect(routes.sort()).toEqual(Object.keys(operations(buildExamples())).sort());
  });

  it('have names of their own', () => {
    const names = Object.values(operations(buildExamples())).map(({ operationId }) => operationId);
    expect(new Set(names).size).toBe(names.length);
  });
});
