package io.github.fp4j.formats.block;

/** What happens to a row whose length is no multiple of the block. */
public enum RaggedRows {
  /** Refused. */
  REFUSE,
  /** The last block is filled up with +0, and the padding is stored with it. */
  PAD_WITH_ZEROS
}
