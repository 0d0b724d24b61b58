package io.github.fp4j.conformance.optim;

import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Locale;

/** Lines over a logarithmic vertical axis as an SVG picture. */
final class LogChart {
  private static final int WIDTH = 500;
  private static final int HEIGHT = 320;
  private static final int LEFT = 60;
  private static final int RIGHT = 480;
  private static final int TOP = 20;
  private static final int BOTTOM = 270;

  private final double fromX;
  private final double toX;
  private final boolean isLogX;
  private final double bottom;
  private final double top;
  private final StringBuilder body = new StringBuilder();
  private int lines;

  /**
   * @param isLogX whether the horizontal axis is logarithmic too
   * @param bottom lowest value shown, a power of ten; what is below is drawn there
   * @param top highest value shown, a power of ten; what is above, or no number, is drawn there
   */
  LogChart(String xLabel, String yLabel, double fromX, double toX, boolean isLogX, double bottom, double top) {
    this.fromX = fromX;
    this.toX = toX;
    this.isLogX = isLogX;
    this.bottom = bottom;
    this.top = top;
    frame(xLabel, yLabel);
  }

  private void frame(String xLabel, String yLabel) {
    for (double decade = bottom; decade <= top * 1.001; decade *= 10) {
      double y = y(decade);
      add("<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#ddd\"/>", LEFT, RIGHT, y, y);
      add("<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">1e%d</text>", LEFT - 6, y + 4, Math.round(Math.log10(decade)));
    }
    int ticks = isLogX ? (int) Math.round(Math.log10(toX / fromX)) : 6;
    for (int i = 0; i <= ticks; i++) {
      double value = isLogX ? fromX * Math.pow(10, i) : fromX + (toX - fromX) * i / ticks;
      add("<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>", x(value), BOTTOM + 16, plain(value));
    }
    add("<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"none\" stroke=\"#888\"/>", LEFT, TOP, RIGHT - LEFT, BOTTOM - TOP);
    add("<text x=\"%d\" y=\"%d\" text-anchor=\"middle\">%s</text>", (LEFT + RIGHT) / 2, BOTTOM + 36, xLabel);
    add("<text transform=\"translate(14 %d) rotate(-90)\" text-anchor=\"middle\">%s</text>", (TOP + BOTTOM) / 2, yLabel);
  }

  private static String plain(double value) {
    return new BigDecimal(value, new MathContext(3)).stripTrailingZeros().toPlainString();
  }

  /** Draws a dashed line across at a value, and says what it means. */
  void mark(String label, double value) {
    add("<line x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\" stroke=\"#555\" stroke-dasharray=\"5 4\"/>", LEFT, RIGHT, y(value), y(value));
    add("<text x=\"%d\" y=\"%.1f\" fill=\"#555\">%s</text>", LEFT + 6, y(value) - 4, label);
  }

  /** Draws a line and adds it to the legend. */
  void line(String label, String colour, double[] xs, double[] ys) {
    StringBuilder points = new StringBuilder();
    for (int i = 0; i < xs.length; i++) {
      points.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(xs[i]), y(ys[i])));
    }
    add("<polyline fill=\"none\" stroke=\"%s\" stroke-width=\"1.6\" points=\"%s\"/>", colour, points.toString().strip());
    int y = TOP + 18 + 16 * lines++;
    add("<line x1=\"%d\" x2=\"%d\" y1=\"%d\" y2=\"%d\" stroke=\"%s\" stroke-width=\"3\"/>", RIGHT - 170, RIGHT - 150, y - 4, y - 4, colour);
    add("<text x=\"%d\" y=\"%d\">%s</text>", RIGHT - 144, y, label);
  }

  /** The picture. */
  String svg() {
    return "<svg width=\"%d\" height=\"%d\" viewBox=\"0 0 %d %d\" xmlns=\"http://www.w3.org/2000/svg\">\n%s</svg>\n".formatted(WIDTH, HEIGHT, WIDTH, HEIGHT, body);
  }

  private double x(double value) {
    double part = isLogX ? Math.log(value / fromX) / Math.log(toX / fromX) : (value - fromX) / (toX - fromX);
    return LEFT + (RIGHT - LEFT) * part;
  }

  private double y(double value) {
    double shown = Double.isNaN(value) ? top : Math.clamp(value, bottom, top);
    return BOTTOM - (BOTTOM - TOP) * Math.log(shown / bottom) / Math.log(top / bottom);
  }

  private void add(String format, Object... values) {
    body.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
