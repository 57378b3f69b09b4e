import type { Secret } from '../secrets/secret.js';
import type { Notices } from './notices.js';
import type { FieldKind, ListField, TemplateField } from './template-fields.js';

/**
 * How an event becomes the request of a receiver that takes no CloudEvents. Declarative: a template holds texts with
 * placeholders, and no program. `template-shape.ts` is its form in the configuration, `shipped-templates.ts` has those that come
 * with the bridge, and `src/webhooks/request/render.ts` fills them in.
 */
export interface Template {
  /** Of one that is shipped; null: the configuration's own. */
  readonly name: string | null;
  /** What the configuration fills in: `{$name}`. They are secrets, since most are. */
  readonly values: ReadonlyMap<string, Secret>;
  readonly time: TimeFormat;
  /** By its IANA name. */
  readonly timeZone: string;
  /** Per field, what is sent instead of a value of the contract; a value that is not listed is sent as it is. */
  readonly words: ReadonlyMap<TemplateField, ReadonlyMap<string, string>>;
  /** The first that fits an event is sent; an event that none fits is not for this endpoint. */
  readonly requests: readonly TemplateRequest[];
  /** Messages for people instead of requests; null: a mapping. */
  readonly notices: Notices | null;
}

export type TimeFormat =
  | { readonly kind: 'rfc3339' | 'seconds' | 'milliseconds' }
  /** `yyyy`, `MM`, `dd`, `HH`, `mm`, `ss` and `SSS`; everything else stands for itself. */
  | { readonly kind: 'pattern'; readonly pattern: string };

export interface TemplateRequest {
  /** Null: every type. */
  readonly types: ReadonlySet<string> | null;
  /** Fields whose value must be one of these, in the contract's words. */
  readonly when: ReadonlyMap<TemplateField, ReadonlySet<string>>;
  /** Fields that must have a value. */
  readonly needs: readonly TemplateField[];
  readonly method: 'GET' | 'POST' | 'PUT';
  /** Added to the path of the endpoint's URL; null: that path itself. */
  readonly path: TemplateText | null;
  /** Added to the query of the endpoint's URL. */
  readonly query: readonly TemplatePair[];
  readonly body: TemplateBody | null;
}

export type TemplateBody =
  | { readonly kind: 'form'; readonly fields: readonly TemplatePair[] }
  | { readonly kind: 'json'; readonly value: TemplateNode };

/** A pair whose value is a list is there once for each item. */
export interface TemplatePair {
  readonly name: string;
  readonly value: TemplateText | TemplateEach<TemplateText>;
}

export type TemplateNode =
  | TemplateText
  | TemplateEach<TemplateNode>
  | { readonly kind: 'constant'; readonly value: number | boolean | null }
  | { readonly kind: 'list'; readonly items: readonly TemplateNode[] }
  | { readonly kind: 'object'; readonly fields: readonly (readonly [name: string, value: TemplateNode])[] };

/** One value for each item of a list of the event. */
export interface TemplateEach<Of> {
  readonly kind: 'each';
  readonly list: ListField;
  /** Only items of which these fields have one of these values. */
  readonly where: ReadonlyMap<string, ReadonlySet<string>>;
  readonly value: Of;
}

export interface TemplateText {
  readonly kind: 'text';
  readonly parts: readonly TemplatePart[];
}

export type TemplatePart =
  | { readonly kind: 'literal'; readonly text: string }
  /** The first alternative that has a value. */
  | { readonly kind: 'placeholder'; readonly alternatives: readonly Alternative[] };

export type Alternative =
  | { readonly kind: 'field'; readonly field: TemplateField; readonly unit: 'seconds' | null }
  /** Without a field the item itself, where it is a text. */
  | {
      readonly kind: 'item';
      readonly field: string | null;
      readonly is: FieldKind;
      readonly unit: 'seconds' | null;
    }
  | { readonly kind: 'value'; readonly name: string }
  | { readonly kind: 'literal'; readonly text: string };
