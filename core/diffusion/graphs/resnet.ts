import type { Value } from '../onnx/graph-builder.ts';
import {
  type ActivationName,
  activate,
  add,
  conv,
  type FeatureMap,
  type LayerWriter,
  linear,
  pointwiseConv,
} from './layers.ts';
import { groupNorm } from './norms.ts';
import type { WinogradForm } from './winograd/winograd-conv.ts';

export interface ResnetTime {
  /** `[1 or batch, channels]`, already through its activation. */
  readonly value: Value;
  readonly channels: number;
  /** diffusers' `resnet_time_scale_shift`: added before the second norm, or scaling and shifting what comes of it. */
  readonly form: 'default' | 'scale_shift';
}

export interface ResnetOptions {
  readonly channels: number;
  readonly groups: number;
  readonly epsilon: number;
  readonly activation: ActivationName;
  /** None in a VAE. */
  readonly time?: ResnetTime;
  /** Of its 3x3 convolutions. */
  readonly winograd?: WinogradForm | undefined;
}

/** diffusers' ResnetBlock2D: two convolutions, the time between them, and a way around. */
export function resnet(writer: LayerWriter, name: string, input: FeatureMap, options: ResnetOptions): FeatureMap {
  const { channels, time, activation, winograd } = options;
  const act = (map: FeatureMap): FeatureMap => ({ ...map, value: activate(writer, activation, map.value) });
  const first = act(groupNorm(writer, `${name}.norm1`, input, options));
  let inner = conv(writer, `${name}.conv1`, first, channels, { winograd });
  if (time?.form === 'default')
    inner = { channels, value: add(writer, inner.value, timeOf(writer, name, time, inner)) };
  inner = groupNorm(writer, `${name}.norm2`, inner, options);
  if (time?.form === 'scale_shift') inner = scaledAndShifted(writer, name, inner, time);
  inner = conv(writer, `${name}.conv2`, act(inner), channels, { winograd });
  const around = input.channels === channels ? input : pointwiseConv(writer, `${name}.conv_shortcut`, input, channels);
  return { channels, value: add(writer, around.value, inner.value) };
}

/** A number for each channel: the whole of the layer's, or its first or second half. */
function timeOf(
  writer: LayerWriter,
  name: string,
  time: ResnetTime,
  { channels }: FeatureMap,
  half?: 'first' | 'second',
): Value {
  const layer = `${name}.time_emb_proj`;
  const value =
    half === undefined
      ? linear(writer, layer, time.value, [time.channels, channels])
      : linear(writer, layer, time.value, [time.channels, 2 * channels], {
          rows: half === 'first' ? [0, channels] : [channels, 2 * channels],
        });
  return writer.graph.node('Reshape', [value, writer.graph.integers([-1, channels, 1, 1])]);
}

function scaledAndShifted(writer: LayerWriter, name: string, map: FeatureMap, time: ResnetTime): FeatureMap {
  const { graph } = writer;
  const scale = add(writer, timeOf(writer, name, time, map, 'first'), graph.floats([1], []));
  const scaled = graph.node('Mul', [map.value, scale]);
  return { ...map, value: add(writer, scaled, timeOf(writer, name, time, map, 'second')) };
}
