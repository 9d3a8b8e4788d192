/** What films are made with: the parts of gifenc and mediabunny that the scripts use. */

export interface FilmEncoder {
  /** Adds the picture as it is painted now, to be seen for so many milliseconds. */
  add(milliseconds: number): Promise<void>;
  finish(): Promise<Blob>;
  /** Lets go of what it holds, where no file is wanted any more. */
  cancel(): Promise<void>;
}

export interface Gifenc {
  quantize(rgba: Uint8Array, colours: number): number[][];
  nearestColorIndex(palette: number[][], pixel: [number, number, number]): number;
  GIFEncoder(): {
    writeFrame(
      index: Uint8Array,
      width: number,
      height: number,
      options: {
        palette?: number[][];
        transparent: boolean;
        transparentIndex: number;
        dispose: number;
        delay: number;
      },
    ): void;
    finish(): void;
    bytes(): Uint8Array;
  };
}

export interface Mediabunny {
  getFirstEncodableVideoCodec(
    codecs: ("avc" | "vp9" | "vp8")[],
    picture: { width: number; height: number; bitrate: number },
  ): Promise<"avc" | "vp9" | "vp8" | null>;
  Mp4OutputFormat: new () => { mimeType: string };
  WebMOutputFormat: new () => { mimeType: string };
  BufferTarget: new () => { buffer: ArrayBuffer | null };
  Output: new (options: {
    format: object;
    target: object;
  }) => {
    addVideoTrack(source: object, metadata: { frameRate: number }): void;
    start(): Promise<void>;
    finalize(): Promise<void>;
    cancel(): Promise<void>;
  };
  CanvasSource: new (
    canvas: HTMLCanvasElement,
    encoding: { codec: string; bitrate: number },
  ) => { add(seconds: number, duration: number): Promise<void> };
}
