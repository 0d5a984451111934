import { describe, expect, test } from 'vitest';
import { kindOfTensors } from './tensor-kind.ts';

type Shapes = Readonly<Record<string, readonly number[]>>;

const kindOf = (shapes: Shapes) =>
  kindOfTensors(new Map(Object.entries(shapes).map(([name, shape]) => [name, { shape }])));

const prefixed = (prefix: string, shapes: Shapes): Shapes =>
  Object.fromEntries(Object.entries(shapes).map(([name, shape]) => [`${prefix}${name}`, shape]));

const unet = (context: number, channels = 4): Shapes => ({
  'input_blocks.0.0.weight': [320, channels, 3, 3],
  'input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight': [320, context],
});
const diffusersUnet: Shapes = {
  'conv_in.weight': [320, 4, 3, 3],
  'down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k.weight': [320, 768],
};
const vae: Shapes = { 'decoder.up.0.block.0.conv1.weight': [1], 'decoder.conv_in.weight': [512, 4, 3, 3] };
const whole = (context: number, channels = 4): Shapes => ({
  ...prefixed('model.diffusion_model.', unet(context, channels)),
  ...prefixed('first_stage_model.', vae),
  'cond_stage_model.transformer.text_model.encoder.layers.0.mlp.fc1.weight': [1],
});

describe('what a file is, by the names and shapes of its tensors', () => {
  test.each<[string, Shapes, string, string, string]>([
    ['a checkpoint of SD 1', whole(768), 'checkpoint', 'stable-diffusion-1', 'text-to-image'],
    ['a checkpoint of SD 2', whole(1024), 'checkpoint', 'stable-diffusion-2', 'text-to-image'],
    ['a checkpoint of SDXL', whole(2048), 'checkpoint', 'stable-diffusion-xl', 'text-to-image'],
    ["SDXL's refiner", whole(1280), 'checkpoint', 'stable-diffusion-xl', 'image-to-image'],
    ['a checkpoint for inpainting', whole(768, 9), 'checkpoint', 'stable-diffusion-1', 'inpainting'],
    ['a checkpoint for edits', whole(768, 8), 'checkpoint', 'stable-diffusion-1', 'image-to-image'],
    [
      'a checkpoint of SD 3',
      {
        'model.diffusion_model.joint_blocks.0.x_block.attn.qkv.weight': [4608, 1536],
        ...prefixed('first_stage_model.', vae),
      },
      'checkpoint',
      'stable-diffusion-3',
      'text-to-image',
    ],
    [
      'a checkpoint of Flux',
      { 'model.diffusion_model.double_blocks.0.img_attn.qkv.weight': [9216, 3072], 'vae.decoder.up.0.x': [1] },
      'checkpoint',
      'flux',
      'text-to-image',
    ],
    [
      'a UNet alone, prefixed',
      prefixed('model.diffusion_model.', unet(768)),
      'diffusion',
      'stable-diffusion-1',
      'text-to-image',
    ],
    ['a UNet alone', unet(2048), 'diffusion', 'stable-diffusion-xl', 'text-to-image'],
    ['a UNet of diffusers', diffusersUnet, 'diffusion', 'stable-diffusion-1', 'text-to-image'],
    ['Flux alone', { 'double_blocks.0.img_attn.qkv.weight': [9216, 3072] }, 'diffusion', 'flux', 'text-to-image'],
    [
      'Flux of diffusers',
      {
        'single_transformer_blocks.0.attn.to_q.weight': [3072, 3072],
        'transformer_blocks.0.attn.add_q_proj.weight': [1],
      },
      'diffusion',
      'flux',
      'text-to-image',
    ],
    [
      'Flux.2',
      { 'double_stream_modulation_img.lin.weight': [1], 'double_blocks.0.img_attn.qkv.weight': [1] },
      'diffusion',
      'flux-2',
      'text-to-image',
    ],
    [
      'SD 3 of diffusers',
      { 'transformer_blocks.0.attn.add_q_proj.weight': [1] },
      'diffusion',
      'stable-diffusion-3',
      'text-to-image',
    ],
    [
      'Qwen-Image',
      { 'transformer_blocks.0.img_mod.1.weight': [1], 'transformer_blocks.0.attn.add_q_proj.weight': [1] },
      'diffusion',
      'qwen-image',
      'text-to-image',
    ],
    ['Z-Image', { 'noise_refiner.0.attention.qkv.weight': [11520, 3840] }, 'diffusion', 'z-image', 'text-to-image'],
    ['Lumina', { 'noise_refiner.0.attention.qkv.weight': [6912, 2304] }, 'diffusion', 'lumina', 'text-to-image'],
    [
      'AuraFlow of diffusers',
      { 'joint_transformer_blocks.0.attn.to_q.weight': [1], 'single_transformer_blocks.0.attn.to_q.weight': [1] },
      'diffusion',
      'auraflow',
      'text-to-image',
    ],
    [
      'HunyuanVideo of diffusers',
      {
        'context_embedder.token_refiner.refiner_blocks.0.attn.to_q.weight': [1],
        'single_transformer_blocks.0.attn.to_q.weight': [1],
      },
      'diffusion',
      'hunyuan-video',
      'text-to-video',
    ],
    [
      'PixArt of diffusers',
      { 'adaln_single.emb.timestep_embedder.linear_1.weight': [1], 'transformer_blocks.0.attn1.to_q.weight': [1] },
      'diffusion',
      'pixart',
      'text-to-image',
    ],
    [
      'LTX-Video of diffusers',
      { 'adaln_single.emb.timestep_embedder.linear_1.weight': [1], 'transformer_blocks.0.attn1.norm_q.weight': [1] },
      'diffusion',
      'ltx-video',
      'text-to-video',
    ],
    ['Sana', { 'transformer_blocks.0.ff.conv_inverted.weight': [1] }, 'diffusion', 'sana', 'text-to-image'],
    ['Wan of diffusers', { 'condition_embedder.text_embedder.x': [1] }, 'diffusion', 'wan', 'text-to-video'],
    ['Wan', { 'blocks.0.cross_attn.q.weight': [1] }, 'diffusion', 'wan', 'text-to-video'],
    ['a VAE of the first layout', vae, 'vae', 'unknown', 'unknown'],
    [
      'a VAE of diffusers',
      { 'decoder.up_blocks.0.resnets.0.conv1.weight': [1], 'encoder.down_blocks.0.x': [1] },
      'vae',
      'unknown',
      'unknown',
    ],
    [
      'a ControlNet of the first layout',
      { 'control_model.input_hint_block.0.weight': [1], ...prefixed('control_model.', unet(768)) },
      'controlnet',
      'stable-diffusion-1',
      'controlled-text-to-image',
    ],
    [
      'a ControlNet of diffusers',
      { 'controlnet_cond_embedding.conv_in.weight': [1], ...diffusersUnet },
      'controlnet',
      'stable-diffusion-1',
      'controlled-text-to-image',
    ],
    [
      'a ControlNet of Flux',
      {
        'controlnet_blocks.0.weight': [1],
        'transformer_blocks.0.attn.add_q_proj.weight': [1],
        'single_transformer_blocks.0.attn.to_q.weight': [1],
      },
      'controlnet',
      'flux',
      'controlled-text-to-image',
    ],
    ['an embedding of SD 1', { emb_params: [8, 768] }, 'embedding', 'stable-diffusion-1', 'unknown'],
    ['an embedding of SD 2', { emb_params: [8, 1024] }, 'embedding', 'stable-diffusion-2', 'unknown'],
    ['an embedding of SDXL', { clip_l: [8, 768], clip_g: [8, 1280] }, 'embedding', 'stable-diffusion-xl', 'unknown'],
    ['an embedding of diffusers', { '<cat-toy>': [768] }, 'embedding', 'stable-diffusion-1', 'unknown'],
    [
      'an old ESRGAN',
      { 'model.0.weight': [64, 3, 3, 3], 'model.1.sub.0.RDB1.conv1.0.weight': [1] },
      'upscaler',
      'unknown',
      'image-upscaling',
    ],
    [
      'Real-ESRGAN',
      { 'conv_first.weight': [64, 3, 3, 3], 'body.0.rdb1.conv1.weight': [1] },
      'upscaler',
      'unknown',
      'image-upscaling',
    ],
    [
      'Real-ESRGAN in its own layout',
      prefixed('params_ema.', { 'body.0.rdb1.conv1.weight': [1] }),
      'upscaler',
      'unknown',
      'image-upscaling',
    ],
    [
      'a compact Real-ESRGAN',
      { 'body.0.weight': [64, 3, 3, 3], 'body.0.bias': [64], 'body.1.weight': [64] },
      'upscaler',
      'unknown',
      'image-upscaling',
    ],
    ['SwinIR', { 'layers.0.residual_group.blocks.0.attn.qkv.weight': [1] }, 'upscaler', 'unknown', 'image-upscaling'],
    [
      'CLIP',
      {
        'text_model.encoder.layers.0.mlp.fc1.weight': [1],
        'text_model.embeddings.token_embedding.weight': [49408, 768],
      },
      'text_encoder',
      'clip',
      'unknown',
    ],
    [
      'CLIP as transformers 5 writes it',
      { 'encoder.layers.0.self_attn.q_proj.weight': [1], 'embeddings.token_embedding.weight': [49408, 768] },
      'text_encoder',
      'clip',
      'unknown',
    ],
    ['an IP-Adapter', { 'image_proj.proj.weight': [1] }, 'unknown', 'unknown', 'unknown'],
    [
      'T5',
      { 'encoder.block.0.layer.0.SelfAttention.q.weight': [1], 'shared.weight': [32128, 4096] },
      'text_encoder',
      't5',
      'unknown',
    ],
    [
      'a language model',
      { 'model.embed_tokens.weight': [1, 1], 'model.layers.0.self_attn.q_proj.weight': [1] },
      'llm',
      'unknown',
      'text-generation',
    ],
    ['an image encoder', { 'vision_model.encoder.layers.0.x': [1] }, 'unknown', 'clip', 'unknown'],
    ['anything else', { 'a.b': [1] }, 'unknown', 'unknown', 'unknown'],
    ['nothing', {}, 'unknown', 'unknown', 'unknown'],
  ])('%s', (_, shapes, modelType, family, taskType) => {
    const { reasons, ...kind } = kindOf(shapes);
    expect(kind).toEqual({ modelType, family, taskType, loraRank: null, loraTarget: null });
    expect(reasons.join(' ')).toMatch(/\.$/);
  });
});

describe('a LoRA, by the names of each trainer', () => {
  const kohya = 'lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k';
  test.each<[string, Shapes, number | null, string | null, string]>([
    [
      'kohya for SD 1',
      { [`${kohya}.lora_down.weight`]: [16, 768], [`${kohya}.lora_up.weight`]: [320, 16], [`${kohya}.alpha`]: [] },
      16,
      'unet',
      'stable-diffusion-1',
    ],
    [
      'kohya for SD 2 with its text encoder',
      {
        [`${kohya}.lora_down.weight`]: [8, 1024],
        'lora_te_text_model_encoder_layers_0_mlp_fc1.lora_down.weight': [8, 1024],
      },
      8,
      'unet, text_encoder',
      'stable-diffusion-2',
    ],
    [
      'kohya for SDXL',
      { 'lora_unet_input_blocks_4_1_transformer_blocks_0_attn2_to_k.lora_down.weight': [32, 2048] },
      32,
      'unet',
      'stable-diffusion-xl',
    ],
    [
      'kohya for SDXL, self-attention only',
      { 'lora_unet_middle_block_1_transformer_blocks_9_attn1_to_k.lora_down.weight': [4, 1280] },
      4,
      'unet',
      'stable-diffusion-xl',
    ],
    [
      "kohya for SDXL's second text encoder",
      { 'lora_te2_text_model_encoder_layers_0_mlp_fc1.lora_down.weight': [4, 1280] },
      4,
      'text_encoder',
      'stable-diffusion-xl',
    ],
    [
      'kohya for Flux',
      { 'lora_unet_double_blocks_0_img_attn_proj.lora_down.weight': [16, 3072] },
      16,
      'transformer',
      'flux',
    ],
    [
      'kohya for SD 3',
      { 'lora_unet_joint_blocks_0_x_block_attn_qkv.lora_down.weight': [4, 1536] },
      4,
      'transformer',
      'stable-diffusion-3',
    ],
    [
      'PEFT for SD 1',
      {
        'unet.down_blocks.0.attentions.0.transformer_blocks.0.attn2.to_k.lora_A.weight': [4, 768],
        'text_encoder.text_model.encoder.layers.0.self_attn.q_proj.lora_A.weight': [4, 768],
      },
      4,
      'unet, text_encoder',
      'stable-diffusion-1',
    ],
    [
      'PEFT for Flux',
      { 'transformer.single_transformer_blocks.0.attn.to_q.lora_A.weight': [16, 3072] },
      16,
      'transformer',
      'flux',
    ],
    [
      'PEFT for Flux.2',
      { 'transformer.single_transformer_blocks.0.attn.to_qkv_mlp_proj.lora_A.weight': [16, 6144] },
      16,
      'transformer',
      'flux-2',
    ],
    [
      'PEFT for Qwen-Image',
      { 'transformer.transformer_blocks.0.img_mlp.net.0.proj.lora_A.weight': [16, 3072] },
      16,
      'transformer',
      'qwen-image',
    ],
    [
      'an older diffusers',
      { 'unet.down_blocks.0.attentions.0.transformer_blocks.0.attn2.processor.to_k_lora.down.weight': [4, 768] },
      4,
      'unet',
      'stable-diffusion-1',
    ],
    [
      'an older diffusers, linear layers',
      { 'unet.mid_block.attentions.0.transformer_blocks.0.attn2.to_k.lora.down.weight': [4, 1024] },
      4,
      'unet',
      'stable-diffusion-2',
    ],
    [
      'PEFT for SD 3, joint attention only',
      { 'transformer.transformer_blocks.0.attn.add_k_proj.lora_A.weight': [16, 2432] },
      16,
      'transformer',
      'stable-diffusion-3',
    ],
    [
      'PEFT for a wider network, joint attention only',
      { 'transformer.transformer_blocks.0.attn.add_k_proj.lora_A.weight': [16, 3072] },
      16,
      'transformer',
      'unknown',
    ],
    [
      'PEFT for Z-Image',
      { 'diffusion_model.layers.0.attention.to_q.lora_A.weight': [16, 3840] },
      16,
      'transformer',
      'z-image',
    ],
    [
      'Musubi for HunyuanVideo',
      { 'lora_unet_double_blocks_0_img_mlp_fc1.lora_down.weight': [16, 3072] },
      16,
      'transformer',
      'hunyuan-video',
    ],
    ['XLabs for Flux', { 'double_blocks.0.processor.proj_lora1.down.weight': [16, 3072] }, 16, 'transformer', 'flux'],
    [
      'LoHa',
      { [`${kohya}.hada_w1_a`]: [320, 8], [`${kohya}.hada_w1_b`]: [8, 768], [`${kohya}.hada_w2_b`]: [8, 768] },
      8,
      'unet',
      'stable-diffusion-1',
    ],
    [
      'LoKr',
      { [`${kohya}.lokr_w1`]: [4, 4], [`${kohya}.lokr_w2_a`]: [80, 6], [`${kohya}.lokr_w2_b`]: [6, 192] },
      6,
      'unet',
      'unknown',
    ],
    ['full differences', { 'diffusion_model.blocks.0.diff_b': [4] }, null, 'unet', 'unknown'],
    [
      'several ranks',
      {
        'lora_unet_a.lora_down.weight': [4, 9],
        'lora_unet_b.lora_down.weight': [8, 9],
        'lora_unet_c.lora_down.weight': [8, 9],
      },
      8,
      'unet',
      'unknown',
    ],
  ])('%s', (_, shapes, loraRank, loraTarget, family) => {
    const { reasons, ...kind } = kindOf(shapes);
    expect(kind).toEqual({ modelType: 'lora', family, taskType: 'unknown', loraRank, loraTarget });
    expect(reasons).toHaveLength(1);
  });
});

test('of very many names only the first are judged', () => {
  const shapes = new Map(
    Array.from({ length: 30_000 }, (_, index) => [`nobody.knows.${index}.weight`, { shape: [2, 2] }]),
  );
  shapes.set('text_model.encoder.layers.0.mlp.fc1.weight', { shape: [1, 1] });
  expect(kindOfTensors(shapes).modelType).toBe('unknown');
});
