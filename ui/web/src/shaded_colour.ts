// Takes the place of @kurkle/color in Chart.js: bars that the pointer is over are darker; nothing is mixed, for nothing moves.
const CHANNELS = /^rgba?\((\d+), (\d+), (\d+)/;
const SHADE = 0.88;

export class Color {
  /** Chart.js mixes no colours of this kind. */
  readonly valid = false;
  private readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  saturate(): this {
    return this;
  }

  darken(): this {
    return this;
  }

  /** Darker, where it is told by its channels, as browsers compute it; otherwise as it is. */
  hexString(): string {
    const channels = CHANNELS.exec(this.text)?.slice(1);
    return channels ? `rgb(${channels.map((one) => Math.round(Number(one) * SHADE)).join(", ")})` : this.text;
  }
}
