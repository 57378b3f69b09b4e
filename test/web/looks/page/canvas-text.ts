import type { Run } from './run.js';

/**
 * A canvas has no text that could be asked for: what is drawn on it is noted as it is drawn, and forgotten where it is wiped out.
 * `noteCanvasText` has to run before the page's own scripts.
 */
interface Drawn {
  readonly text: string;
  /** In the canvas's own pixels. */
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

const drawnOn = new WeakMap<HTMLCanvasElement, Drawn[]>();

export function noteCanvasText(): void {
  const proto = CanvasRenderingContext2D.prototype;
  for (const name of ['fillText', 'strokeText'] as const) {
    const draw = Reflect.get(proto, name) as (...given: unknown[]) => void;
    proto[name] = function (this: CanvasRenderingContext2D, text, x, y, ...rest) {
      note(this, text, x, y);
      draw.call(this, text, x, y, ...rest);
    };
  }
  const clear = Reflect.get(proto, 'clearRect') as (...given: unknown[]) => void;
  proto.clearRect = function (this: CanvasRenderingContext2D, x, y, width, height) {
    const wiped = through(this, [x, y, x + width, y + height]);
    const kept = (drawnOn.get(this.canvas) ?? []).filter(
      ({ left, top, right, bottom }) =>
        left >= wiped.right || right <= wiped.left || top >= wiped.bottom || bottom <= wiped.top,
    );
    drawnOn.set(this.canvas, kept);
    clear.call(this, x, y, width, height);
  };
  for (const name of ['width', 'height'] as const) {
    const property = Object.getOwnPropertyDescriptor(HTMLCanvasElement.prototype, name)!;
    Object.defineProperty(HTMLCanvasElement.prototype, name, {
      ...property,
      // Setting a size wipes the canvas out, also when it is the same size.
      set(this: HTMLCanvasElement, value: number) {
        drawnOn.delete(this);
        property.set!.call(this, value);
      },
    });
  }
}

/** The texts on it, in the coordinates of the viewport. */
export function canvasTexts(canvas: HTMLCanvasElement): Run[] {
  const box = canvas.getBoundingClientRect();
  const [byX, byY] = [box.width / canvas.width, box.height / canvas.height];
  return (drawnOn.get(canvas) ?? []).map(({ text, left, top, right, bottom }) => ({
    element: canvas,
    text,
    raw: text,
    ink: {
      left: box.left + left * byX,
      right: box.left + right * byX,
      top: box.top + top * byY,
      bottom: box.top + bottom * byY,
    },
  }));
}

function note(context: CanvasRenderingContext2D, text: string, x: number, y: number): void {
  if (text.trim() === '') return;
  const size = context.measureText(text);
  const box = through(context, [
    x - size.actualBoundingBoxLeft,
    y - size.actualBoundingBoxAscent,
    x + size.actualBoundingBoxRight,
    y + size.actualBoundingBoxDescent,
  ]);
  const list = drawnOn.get(context.canvas) ?? [];
  list.push({ text, ...box });
  drawnOn.set(context.canvas, list);
}

/** A rectangle of the context's coordinates as the smallest upright one of the canvas that holds it. */
function through(
  context: CanvasRenderingContext2D,
  [left, top, right, bottom]: [number, number, number, number],
) {
  const matrix = context.getTransform();
  const corners = [
    [left, top],
    [right, top],
    [left, bottom],
    [right, bottom],
  ].map(([x, y]) => matrix.transformPoint({ x: x!, y: y! }));
  const xs = corners.map(({ x }) => x);
  const ys = corners.map(({ y }) => y);
  return { left: Math.min(...xs), right: Math.max(...xs), top: Math.min(...ys), bottom: Math.max(...ys) };
}
