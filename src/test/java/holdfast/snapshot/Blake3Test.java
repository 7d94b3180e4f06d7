package holdfast.snapshot;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class Blake3Test {
  /** Of the published vectors: bytes 0, 1, .. 250, 0, 1 .. */
  private static byte[] input(int size) {
    byte[] bytes = new byte[size];
    for (int i = 0; i < size; i++) {
      bytes[i] = (byte) (i % 251);
    }
    return bytes;
  }

  private static byte[] digest(Blake3 hash, byte[] input) {
    hash.update(MemorySegment.ofArray(input), 0, input.length);
    byte[] digest = new byte[Blake3.HASH_SIZE];
    hash.digest(MemorySegment.ofArray(digest), 0);
    return digest;
  }

  private static byte[] expanded(Blake3 hash, byte[] input) {
    hash.update(MemorySegment.ofArray(input), 0, input.length);
    int[] words = new int[Blake3.WORDS];
    hash.expand(words);
    ByteBuffer bytes = ByteBuffer.allocate(2 * Blake3.LANES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asIntBuffer().put(words);
    return bytes.array();
  }

  // The first 131 bytes of output, as published; one object for all, so that reuse is tested, too.
  private static final Blake3 REUSED = new Blake3();

  @ParameterizedTest
  @CsvSource({
    "0,af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262"
        + "e00f03e7b69af26b7faaf09fcd333050338ddfe085b8cc869ca98b206c08243a26"
        + "f5487789e8f660afe6c99ef9e0c52b92e7393024a80459cf91f476f9ffdbda7001"
        + "c22e159b402631f277ca96f2defdf1078282314e763699a31c5363165421cce14d",
    "1,2d3adedff11b61f14c886e35afa036736dcd87a74d27b5c1510225d0f592e213"
        + "c3a6cb8bf623e20cdb535f8d1a5ffb86342d9c0b64aca3bce1d31f60adfa137b35"
        + "8ad4d79f97b47c3d5e79f179df87a3b9776ef8325f8329886ba42f07fb138bb502"
        + "f4081cbcec3195c5871e6c23e2cc97d3c69a613eba131e5f1351f3f1da786545e5",
    "1023,10108970eeda3eb932baac1428c7a2163b0e924c9a9e25b35bba72b28f70bd11"
        + "a182d27a591b05592b15607500e1e8dd56bc6c7fc063715b7a1d737df5bad3339c"
        + "56778957d870eb9717b57ea3d9fb68d1b55127bba6a906a4a24bbd5acb2d123a37"
        + "b28f9e9a81bbaae360d58f85e5fc9d75f7c370a0cc09b6522d9c8d822f2f28f485",
    "1024,42214739f095a406f3fc83deb889744ac00df831c10daa55189b5d121c855af7"
        + "1cf8107265ecdaf8505b95d8fcec83a98a6a96ea5109d2c179c47a387ffbb40475"
        + "6f6eeae7883b446b70ebb144527c2075ab8ab204c0086bb22b7c93d465efc57f8d"
        + "917f0b385c6df265e77003b85102967486ed57db5c5ca170ba441427ed9afa684e",
    "1025,d00278ae47eb27b34faecf67b4fe263f82d5412916c1ffd97c8cb7fb814b8444"
        + "f4c4a22b4b399155358a994e52bf255de60035742ec71bd08ac275a1b51cc6bfe3"
        + "32b0ef84b409108cda080e6269ed4b3e2c3f7d722aa4cdc98d16deb554e5627be8"
        + "f955c98e1d5f9565a9194cad0c4285f93700062d9595adb992ae68ff12800ab67a",
    "2049,5f4d72f40d7a5f82b15ca2b2e44b1de3c2ef86c426c95c1af0b6879522563030"
        + "96de31d71d74103403822a2e0bc1eb193e7aecc9643a76b7bbc0c9f9c52e8783aa"
        + "e98764ca468962b5c2ec92f0c74eb5448d519713e09413719431c802f948dd5d90"
        + "425a4ecdadece9eb178d80f26efccae630734dff63340285adec2aed3b51073ad3",
    "3073,7124b49501012f81cc7f11ca069ec9226cecb8a2c850cfe644e327d22d3e1cd3"
        + "9a27ae3b79d68d89da9bf25bc27139ae65a324918a5f9b7828181e52cf373c84f3"
        + "5b639b7fccbb985b6f2fa56aea0c18f531203497b8bbd3a07ceb5926f1cab74d14"
        + "bd66486d9a91eba99059a98bd1cd25876b2af5a76c3e9eed554ed72ea952b603bf",
    "5121,628bd2cb2004694adaab7bbd778a25df25c47b9d4155a55f8fbd79f2fe154cff"
        + "96adaab0613a6146cdaabe498c3a94e529d3fc1da2bd08edf54ed64d40dcd67776"
        + "47eac51d8277d70219a9694334a68bc8f0f23e20b0ff70ada6f844542dfa32cd42"
        + "04ca1846ef76d811cdb296f65e260227f477aa7aa008bac878f72257484f2b6c95",
    "16384,f875d6646de28985646f34ee13be9a576fd515f76b5b0a26bb324735041ddde4"
        + "9d764c270176e53e97bdffa58d549073f2c660be0e81293767ed4e4929f9ad34bb"
        + "b39a529334c57c4a381ffd2a6d4bfdbf1482651b172aa883cc13408fa67758a3e4"
        + "7503f93f87720a3177325f7823251b85275f64636a8f1d599c2e49722f42e93893",
    "31744,62b6960e1a44bcc1eb1a611a8d6235b6b4b78f32e7abc4fb4c6cdcce94895c47"
        + "860cc51f2b0c28a7b77304bd55fe73af663c02d3f52ea053ba43431ca5bab7bfea"
        + "2f5e9d7121770d88f70ae9649ea713087d1914f7f312147e247f87eb2d4ffef0ac"
        + "978bf7b6579d57d533355aa20b8b77b13fd09748728a5cc327a8ec470f4013226f",
    "102400,bc3e3d41a1146b069abffad3c0d44860cf664390afce4d9661f7902e7943e085"
        + "e01c59dab908c04c3342b816941a26d69c2605ebee5ec5291cc55e15b76146e674"
        + "5f0601156c3596cb75065a9c57f35585a52e1ac70f69131c23d611ce11ee4ab1ec"
        + "2c009012d236648e77be9295dd0426f29b764d65de58eb7d01dd42248204f45f8e"
  })
  void theOutputIsThePublishedOne(int size, String expected) {
    byte[] wanted = HexFormat.of().parseHex(expected);
    byte[] lanes = expanded(REUSED, input(size));
    for (int i = 0; i < wanted.length; i++) {
      assertEquals(wanted[i], lanes[i], "byte " + i);
    }
    byte[] start = new byte[Blake3.HASH_SIZE];
    System.arraycopy(wanted, 0, start, 0, start.length);
    assertArrayEquals(start, digest(REUSED, input(size)));
  }

  @Property
  void theInputMayComeInPieces(@ForAll @IntRange(max = 5000) int size, @ForAll int seed) {
    byte[] input = input(size);
    Blake3 hash = new Blake3();
    Random random = new Random(seed);
    int at = 0;
    while (at < size) {
      if (size - at >= Long.BYTES && random.nextInt(4) == 0) {
        hash.update(ByteBuffer.wrap(input).order(ByteOrder.LITTLE_ENDIAN).getLong(at));
        at += Long.BYTES;
      } else {
        int part = random.nextInt(Math.min(1500, size - at) + 1);
        hash.update(MemorySegment.ofArray(input), at, part);
        at += part;
      }
    }
    byte[] digest = new byte[Blake3.HASH_SIZE];
    hash.digest(MemorySegment.ofArray(digest), 0);
    assertArrayEquals(digest(new Blake3(), input), digest);
  }
}
