package holdfast.snapshot;

import holdfast.internal.Bits;
import holdfast.internal.Check;
import java.security.SecureRandom;
import java.util.Objects;
import java.util.UUID;

/**
 * What a record store is made with, once; all of it is kept in the store.
 *
 * @param keySize bytes of each key: 8 to 48, a multiple of 8
 * @param recMax records, all versions and tombstones counted: 1 to 2^32 - 2. Each takes {@code
 *     recordSize} bytes, and 8 to 16 for its chain
 * @param recordSize bytes of a record: 128, 256, 512 or 1024. All but the first 128 are room for a
 *     value, and its digest of 32 bytes with {@link HashKind#SUM256}; a value that does not fit
 *     lies elsewhere, and this room is left empty
 * @param txnMax transactions in preparation at the same time: 1 to 2^32 - 2. Each takes 132 bytes
 * @param hash how the content is named
 * @param seed of the hash of keys; secret and random where keys come from an opponent
 * @param storeId tells this store's snapshots from those of others
 * @param baseTag allocations in the workspace get this tag and the six after it: not 0, a multiple
 *     of 8
 * @param block bytes of a block of the allocator of values: 64 to 512, a power of two
 * @param volume bytes by which that allocator grows: 1 MiB to 1 GiB, a power of two; 0: by the size
 *     of the workspace
 */
public record RecordStoreConfig(
    int keySize,
    long recMax,
    int recordSize,
    long txnMax,
    HashKind hash,
    long seed,
    UUID storeId,
    long baseTag,
    int block,
    long volume) {
  /** The base tag of those who do not choose one. */
  public static final long BASE_TAG = 0x4846_5253_0000_0000L;

  private static final long INDEX_MAX = (1L << 32) - 2;
  private static final int KEY_MAX = 48;

  /** Checks the arguments. */
  public RecordStoreConfig {
    Check.range(keySize, Long.BYTES, KEY_MAX, "keySize");
    if (keySize % Long.BYTES != 0) {
      throw new IllegalArgumentException("keySize must be a multiple of 8: " + keySize);
    }
    Check.range(recMax, 1, INDEX_MAX, "recMax");
    power(recordSize, 128, 1024, "recordSize");
    Check.range(txnMax, 1, INDEX_MAX, "txnMax");
    Objects.requireNonNull(hash, "hash");
    Objects.requireNonNull(storeId, "storeId");
    if (baseTag == 0 || baseTag % 8 != 0) {
      throw new IllegalArgumentException("baseTag must be a multiple of 8, not 0: " + baseTag);
    }
    power(block, 64, 512, "block");
    if (volume != 0) {
      power(volume, 1 << 20, 1 << 30, "volume");
    }
  }

  private static void power(long value, long min, long max, String name) {
    Check.range(value, min, max, name);
    if (!Bits.isPowerOfTwo(value)) {
      throw new IllegalArgumentException(name + " must be a power of two: " + value);
    }
  }

  /**
   * Begins with the defaults: keys of 32 bytes, records of 256, which have room for values of up to
   * 96 bytes and their digests, 1024 transactions, {@link HashKind#SUM256}, a random seed and id,
   * {@link #BASE_TAG}, blocks of 64 bytes.
   *
   * @param recMax records, all versions and tombstones counted
   * @return a builder for the rest
   */
  public static Builder builder(long recMax) {
    return new Builder(recMax);
  }

  /** Collects what differs from the defaults. */
  public static final class Builder {
    private final long recMax;
    private int keySize = 32;
    private int recordSize = 256;
    private long txnMax = 1024;
    private HashKind hash = HashKind.SUM256;
    private long seed = new SecureRandom().nextLong();
    private UUID storeId = UUID.randomUUID();
    private long baseTag = BASE_TAG;
    private int block = 64;
    private long volume;

    private Builder(long recMax) {
      this.recMax = recMax;
    }

    /**
     * Sets the size of keys.
     *
     * @param bytes 8 to 48, a multiple of 8
     * @return this
     */
    public Builder keySize(int bytes) {
      keySize = bytes;
      return this;
    }

    /**
     * Sets the size of records, and by that which values lie in them.
     *
     * @param bytes 128, 256, 512 or 1024: 128 and the size that most values have, or 128 when most
     *     do not fit
     * @return this
     */
    public Builder recordSize(int bytes) {
      recordSize = bytes;
      return this;
    }

    /**
     * Sets the number of transactions.
     *
     * @param count in preparation at the same time
     * @return this
     */
    public Builder txnMax(long count) {
      txnMax = count;
      return this;
    }

    /**
     * Sets how the content is named.
     *
     * @param kind of hash
     * @return this
     */
    public Builder hash(HashKind kind) {
      hash = kind;
      return this;
    }

    /**
     * Sets the seed of the hash of keys.
     *
     * @param value any
     * @return this
     */
    public Builder seed(long value) {
      seed = value;
      return this;
    }

    /**
     * Sets the identity.
     *
     * @param id unique among stores
     * @return this
     */
    public Builder storeId(UUID id) {
      storeId = id;
      return this;
    }

    /**
     * Sets the tags of the allocations.
     *
     * @param tag the first of seven
     * @return this
     */
    public Builder baseTag(long tag) {
      baseTag = tag;
      return this;
    }

    /**
     * Sets the sizes of the allocator of values.
     *
     * @param blockBytes 64 to 512, a power of two
     * @param volumeBytes 1 MiB to 1 GiB, a power of two; 0: by the size of the workspace
     * @return this
     */
    public Builder groove(int blockBytes, long volumeBytes) {
      block = blockBytes;
      volume = volumeBytes;
      return this;
    }

    /**
     * Ends.
     *
     * @return the configuration
     * @throws IllegalArgumentException when something is not as described
     */
    public RecordStoreConfig build() {
      return new RecordStoreConfig(
          keySize, recMax, recordSize, txnMax, hash, seed, storeId, baseTag, block, volume);
    }
  }
}
