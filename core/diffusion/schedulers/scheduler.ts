/** Draws standard normal numbers, as many as the sample has, from the picture's own generator. */
export type Draw = () => Float32Array;

export interface SchedulerStep {
  /** The sample that the next step starts from. */
  readonly sample: Float32Array;
  /** What the network's answer says the finished picture is: for previews. */
  readonly original: Float32Array;
}

/**
 * How the noise is taken out of one picture. An object is made for one picture and used once: several remember earlier steps.
 * Steps are taken in the order of `timesteps`, from any first index on. Every array has the sample's length.
 */
export interface Scheduler {
  /** What the network is told at each of its calls, falling; a second-order scheduler has nearly two a step. */
  readonly timesteps: readonly number[];
  /** Calls that make one step when a run starts in the middle. */
  readonly order: 1 | 2;
  /** Standard normal noise times this is the first sample. */
  readonly initNoiseSigma: number;
  /** What the network is given for a sample. */
  scaleModelInput(sample: Float32Array, index: number): Float32Array;
  step(modelOutput: Float32Array, index: number, sample: Float32Array, draw: Draw): SchedulerStep;
  /** A finished latent with as much noise as the sample has before step `index`: where img2img starts. */
  addNoise(original: Float32Array, noise: Float32Array, index: number): Float32Array;
}
