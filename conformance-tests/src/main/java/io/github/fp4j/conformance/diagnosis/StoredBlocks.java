package io.github.fp4j.conformance.diagnosis;

import io.github.fp4j.formats.block.BlockRows;
import io.github.fp4j.formats.block.BlockTensor;
import io.github.fp4j.formats.block.QuantizationProfile;

/** The numbered outputs of a {@link QuantizeTask} and the bytes that they are stored as. */
public final class StoredBlocks {
  private StoredBlocks() {}

  /** The outputs that lie in {@code rows}, whether or not they have been written. */
  public static int[] read(QuantizeTask task, BlockRows rows) {
    return task.outputs(tensor(task.profile(), task.rows(), task.columns(), task.tensorScale(), rows));
  }

  /** A dense copy. */
  public static BlockTensor tensor(QuantizationProfile profile, int rows, int columns, float tensorScale, BlockRows from) {
    BlockRows dense = BlockRows.allocate(profile.format(), rows, profile.storedColumns("columns", columns));
    for (int row = 0; row < rows; row++) {
      System.arraycopy(from.codes(), from.codesOffset() + row * from.codesStride(), dense.codes(), row * dense.codesStride(), dense.codesStride());
      System.arraycopy(from.scales(), from.scalesOffset() + row * from.scalesStride(), dense.scales(), row * dense.scalesStride(), dense.scalesStride());
    }
    return new BlockTensor(profile, rows, columns, dense.codes(), dense.scales(), tensorScale);
  }

  /** Stores outputs. */
  public static void write(QuantizeTask task, Answers answers, BlockRows to) {
    QuantizationProfile profile = task.profile();
    int stride = profile.format().codeBytesPerRow(task.storedColumns());
    int size = profile.format().blockSize();
    boolean packed = profile.format().codesPerByte() == 2;
    byte[] codes = new byte[task.rows() * stride];
    for (int i = 0; i < task.scales() + task.rows() * task.storedColumns(); i++) {
      int row = task.row(i);
      if (i < task.scales()) {
        to.scales()[to.scalesOffset() + row * to.scalesStride() + i % task.blocksInRow()] = (byte) answers.at(i);
        continue;
      }
      int column = (i - task.scales()) % task.storedColumns();
      int at = packed ? column / size * (size / 2) + profile.nibbleOrder().byteOf(column % size, size) : column;
      codes[row * stride + at] |= (byte) (answers.at(i) << (packed ? profile.nibbleOrder().shiftOf(column % size, size) : 0));
    }
    for (int row = 0; row < task.rows(); row++) {
      System.arraycopy(codes, row * stride, to.codes(), to.codesOffset() + row * to.codesStride(), stride);
    }
  }
}
