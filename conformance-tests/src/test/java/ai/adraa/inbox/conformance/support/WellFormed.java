package ai.adraa.inbox.conformance.support;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.zip.CRC32;

/** Secrets with a correct checksum that no server has issued. */
public final class WellFormed {
  private WellFormed() {}

  /** A secret whose random bits are all zero. */
  public static String token() {
    return token(new byte[20]);
  }

  /**
   * A secret with these bits.
   *
   * @param bits 20 bytes
   */
  public static String token(byte[] bits) {
    String checked = "adraa_" + HexFormat.of().formatHex(bits);
    CRC32 crc = new CRC32();
    crc.update(checked.getBytes(StandardCharsets.US_ASCII));
    return checked + HexFormat.of().toHexDigits((int) crc.getValue());
  }
}
