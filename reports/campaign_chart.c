/* campaign_chart.c - how the number of kinds grew with executions: a curve, as SVG. */
#include "reports/campaign_parts.h"

enum { WIDTH = 320, HEIGHT = 96, LEFT = 4, TOP = 6 };

/* At most 2^20 parts, so that nothing overflows. */
static int scale(uint64_t amount, uint64_t most, int length) {
    while (most > UINT64_C(1) << 20) {
        amount >>= 1;
        most >>= 1;
    }
    return most > 0 ? (int)(amount * (uint64_t)length / most) : 0;
}

void rep_campaign_add_curve(const struct rep_campaign_result *result, struct rep_text *out) {
    if (result->point_count < 2)
        return;
    struct rep_campaign_point last = result->points[result->point_count - 1];
    rep_text_add_format(out,
                        "<svg class=\"curve\" role=\"img\" viewBox=\"0 0 %d %d\" width=\"%d\" "
                        "height=\"%d\"><title>",
                        WIDTH + 2 * LEFT, HEIGHT + 2 * TOP + 14, WIDTH + 2 * LEFT,
                        HEIGHT + 2 * TOP + 14);
    rep_text_add_count(out, last.kind_count);
    rep_text_add(out, " kinds after ");
    rep_text_add_count(out, last.run_count);
    rep_text_add_format(out,
                        " executions</title>\n<path class=\"axis\" d=\"M%d %dV%dH%d\"/>\n"
                        "<path class=\"grown\" d=\"M%d %d",
                        LEFT, TOP, TOP + HEIGHT, LEFT + WIDTH, LEFT, TOP + HEIGHT);
    for (size_t i = 0; i < result->point_count; i++) {
        int x = LEFT + scale(result->points[i].run_count, last.run_count, WIDTH);
        int y = TOP + HEIGHT - scale(result->points[i].kind_count, last.kind_count, HEIGHT);
        rep_text_add_format(out, "L%d %d", x, y);
    }
    rep_text_add_format(out, "\"/>\n<text x=\"%d\" y=\"%d\">0</text><text x=\"%d\" y=\"%d\">", LEFT,
                        TOP + HEIGHT + 14, LEFT + 5, TOP + 9);
    rep_text_add_count(out, last.kind_count);
    rep_text_add(out, " kinds</text>");
    rep_text_add_format(out, "<text class=\"end\" x=\"%d\" y=\"%d\">", LEFT + WIDTH,
                        TOP + HEIGHT + 14);
    rep_text_add_count(out, last.run_count);
    rep_text_add(out, " executions</text></svg>\n");
}
