/** Hard limits on what a reader takes from a file that it doesn't trust. Each stands well above what real models hold. */
export const formatLimits = {
  /**
   * Header of a safetensors file. The largest real ones (text models of thousands of layers, training metadata with a preview picture)
   * stay under 10 MiB. The reference implementation allows 100 MB, which would block the thread that parses it for a second.
   */
  safetensorsHeaderBytes: 16 * 2 ** 20,
  /** Tensors of one safetensors file. The UNet of SDXL has 1680. */
  safetensorsTensors: 200_000,
  /** Dimensions of one tensor. Networks use up to 5; ONNX Runtime itself stops at 8 for most operators. */
  tensorDimensions: 32,
  /** config.json, model_index.json and their like: real ones are a few KiB. */
  configBytes: 2 ** 20,
  /** tokenizer.json, vocab.json and shard lists: the largest tokenizers have 250,000 entries in about 20 MiB. */
  listBytes: 48 * 2 ** 20,
  /** Shards of one component. The largest open models have under 200. */
  shards: 2048,
  /** Names read from one folder, so that a folder of millions can't fill the memory. */
  folderEntries: 20_000,
  /** Folders below the root of a bundle: components, and a cache's own folders beside them. */
  folderDepth: 6,
  /** Text that a PNG carries after inflating. stable-diffusion-webui's infotexts stay under 100 KiB; ComfyUI's workflows reach some MiB. */
  pngTextBytes: 16 * 2 ** 20,
  /** Chunks of one PNG: encoders write image data in pieces of 8 KiB and more. */
  pngChunks: 1_000_000,
} as const;
