package holdfast.bench;

import java.util.Arrays;

/** A frame codec that takes the whole content in one call. */
final class FrameOneShot implements FrameCodec {
  private final BlockCodec.ArrayCall compress;
  private final BlockCodec.ArrayCall decompress;
  private byte[] plain;
  private byte[] packed;
  private byte[] out;

  FrameOneShot(BlockCodec.ArrayCall compress, BlockCodec.ArrayCall decompress) {
    this.compress = compress;
    this.decompress = decompress;
  }

  @Override
  public void load(byte[] bytes) {
    plain = bytes;
    out = new byte[FrameCodec.packedMax(bytes.length)];
    int size = (int) write();
    packed = Arrays.copyOf(out, size);
  }

  @Override
  public long write() {
    return compress.run(plain, 0, plain.length, out, 0, out.length);
  }

  @Override
  public long read() {
    return decompress.run(packed, 0, packed.length, out, 0, out.length);
  }
}
