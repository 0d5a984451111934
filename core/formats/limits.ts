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
  /** Header of a GGUF file with its tokens and merges: the largest vocabularies reach some 20 MiB. */
  ggufHeaderBytes: 64 * 2 ** 20,
  ggufTensors: 200_000,
  /** Real files have under a hundred. */
  ggufKeys: 10_000,
  /** Of a key or tensor; the format allows 64 KiB. */
  ggufNameBytes: 65_535,
  /** Structure of an ONNX file, without its tensors' data. Graphs of large networks reach some 10 MiB. */
  onnxStructureBytes: 96 * 2 ** 20,
  /** Fields of protobuf looked at in one ONNX file: nodes, names, attributes. */
  onnxFields: 5_000_000,
  /** One name, text or list of dimensions in an ONNX file. */
  onnxFieldBytes: 2 ** 16,
  /** Graphs inside graphs (If, Loop, Scan). */
  onnxDepth: 16,
  /** Directory of a zip archive: that of a PyTorch file has one entry a tensor. */
  zipDirectoryBytes: 32 * 2 ** 20,
  zipEntries: 200_000,
  /** What is written beside a model for people (`.civitai.info`). */
  sideFileBytes: 4 * 2 ** 20,
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
