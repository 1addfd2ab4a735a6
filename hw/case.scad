// Case of the tap: a tray, a lid and a pin for the button, printed without support, held by four M3 x 12 screws.
// In: the positions of ports and parts on the board (hw/check/board.py holds them against cordon-tap.kicad_pcb).
// Out: part = "tray", "lid", "button" or "both" (`make hw-case` writes an STL of each). Unbuilt, unmeasured.

part = "both";
letters = true;        // cutting them out takes most of the time

board = [130, 90, 1.6];
wall = 2.4;
gap = 0.6;            // between board and wall
floor_z = 2.0;
under = 3.5;          // solder points and screw bosses below the board
above = 16.5;         // tallest part: the Pico 11 mm up on its sockets, 1 mm board, 2.8 mm receptacle
screw = 3.2;
$fn = 48;

// reference, x and y on the board, side, width and height of the opening, height of its middle above the board, shift of its
// middle along the wall. The openings pass the grips of plugs, as the sockets stand 2 mm behind the outside of the wall.
ports = [
	["J201", 12, 12, "left", 16.5, 9.5, 3.6, 3.5],
	["J202", 3.1, 29.5, "left", 13.0, 7.5, 1.7, 0],
	["J203", 31.2, 86.9, "bottom", 13.0, 7.5, 1.7, 0],
	["J204", 126.9, 54, "right", 13.0, 7.5, 1.7, 0],
	["J205", 127.25, 40, "right", 12.5, 9.0, 1.4, 0],
	["J206", 118, 26, "right", 16.5, 9.5, 3.6, -3.5],
	["J601", 2.9, 64, "left", 9.0, 9.0, -0.8, 0],
	["J602", 127.1, 76, "right", 9.0, 9.0, -0.8, 0],
	["U101", 62, 1.8, "top", 13.0, 9.0, 13.4, 8.89],
];
screws = [["H101", 4, 4], ["H102", 126, 4], ["H103", 4, 86], ["H104", 126, 86]];
lights = [["D101", 97, 4], ["D102", 103, 4], ["D103", 109, 4]];
button = ["SW101", 85, 4.5];
sounder = ["BZ101", 69, 80];
button_middle = [button.y + 3.25, button.z + 2.25];
button_top = 4.3;     // plunger above the board, not pressed
light_bore = 3.2;
guide_bore = 6.4;
guide_low = 6.5;      // lower end of the button's guide above the board

outer = [board.x + 2 * (gap + wall), board.y + 2 * (gap + wall)];
board_z = floor_z + under;
split_z = board_z + board.z + 0.0;   // the lid meets the tray at the upper face of the board
top_z = board_z + board.z + above;

// board coordinates (y down) to those of the print (y up)
function at(p) = [wall + gap + p.x, wall + gap + board.y - p.y];

module rounded(h) {
	translate([3, 3, 0]) linear_extrude(h) offset(3) square([outer.x - 6, outer.y - 6]);
}

module opening(p) {
	c = at([p[1], p[2]]);
	z = board_z + board.z + p[6];
	w = p[4];
	h = p[5];
	deep = 12;
	side = p[3];
	shift = p[7];   // along the wall: the origin of some footprints is pin 1, not the middle
	pos = side == "left" ? [-deep / 2 + wall / 2, c.y - shift, z] : side == "right" ? [outer.x - wall / 2 + deep / 2, c.y - shift, z] :
		side == "bottom" ? [c.x + shift, -deep / 2 + wall / 2, z] : [c.x + shift, outer.y - wall / 2 + deep / 2, z];
	size = (side == "left" || side == "right") ? [deep, w, h] : [w, deep, h];
	translate(pos) cube(size + 2 * wall * ((side == "left" || side == "right") ? [1, 0, 0] : [0, 1, 0]), center = true);
}

module shell() {
	difference() {
		rounded(top_z + floor_z);
		translate([wall, wall, floor_z]) cube([outer.x - 2 * wall, outer.y - 2 * wall, top_z - floor_z]);
		for (p = ports) opening(p);
	}
}

module bosses(z0, z1, d) {
	for (s = screws) translate([at([s[1], s[2]]).x, at([s[1], s[2]]).y, z0]) cylinder(d = d, h = z1 - z0);
}

module tray() {
	difference() {
		union() {
			intersection() { shell(); translate([-1, -1, 0]) cube([outer.x + 2, outer.y + 2, split_z]); }
			bosses(floor_z - 0.01, board_z, 6.2);
		}
		bosses(-1, board_z + 1, screw);
		// heads of the screws
		bosses(-0.01, 1.4, 6.0);
	}
}

// from a height above the board through the roof of the lid
module pipe(p, d, low) {
	c = at(p);
	z = board_z + board.z + low;
	translate([c.x, c.y, z]) cylinder(d = d, h = top_z + floor_z - z + (low == 0 ? 1 : 0));
}

// Slides in the guide, put in from below: its foot rests on the plunger and cannot leave the guide.
module button_pin() {
	foot = 1.2;
	cylinder(d = guide_bore + 1.8, h = foot);
	cylinder(d = guide_bore - 0.5, h = above + floor_z - button_top + 1);
}

module lid() {
	difference() {
		union() {
			intersection() { shell(); translate([-1, -1, split_z]) cube([outer.x + 2, outer.y + 2, top_z]); }
			// the board is held between these and the tray's; the screws bite in here
			bosses(split_z, top_z + 0.01, 6.6);
			// each light has its own shaft, so that one does not shine through its neighbour's hole
			for (l = lights) pipe([l[1], l[2]], light_bore + 2.2, 2.2);
			pipe(button_middle, guide_bore + 2.4, guide_low);
		}
		bosses(split_z - 1, top_z - 1, 2.6);
		for (l = lights) pipe([l[1], l[2]], light_bore, 0);
		pipe(button_middle, guide_bore, 0);
		for (a = [0:60:300]) translate([at([sounder[1] + 2.5, sounder[2]]).x + 4 * cos(a), at([sounder[1] + 2.5, sounder[2]]).y + 4 * sin(a), top_z - 1]) cylinder(d = 1.8, h = 5);
		if (letters) engrave();
	}
}

// strokes of bold letters of 3.6 mm are 0.7 mm wide, which a nozzle of 0.4 mm can leave out
module label(x, y, t, align = "center", turn = 0, size = 4) {
	c = at([x, y]);
	translate([c.x, c.y, top_z + floor_z - 0.8]) rotate(turn) linear_extrude(2)
		text(t, size = size, $fn = 16, halign = align, valign = "center", font = "DejaVu Sans:style=Bold");
}

module engrave() {
	label(3, 15.5, "NEAR A", "left");
	label(3, 29.5, "NEAR C", "left");
	label(3, 64, "NEAR antenna", "left");
	label(31.2, 84, "HOST");
	label(127, 26.5, "FAR A", "right");
	label(127, 40, "FAR micro-B", "right");
	label(127, 54, "FAR C", "right");
	label(127, 76, "FAR antenna", "right");
	label(70.9, 4.5, "PC");
	for (l = [[lights[0], "quiet"], [lights[1], "suspect"], [lights[2], "alarm"]])
		label(l[0].y, 7.5, l[1], "right", 90, 3.2);
	label(button_middle.x - 2, 14.5, "TEST", size = 3.4);
	label(60, 40, "Cordon", size = 9);
	label(60, 51, "unbuilt, unmeasured", size = 4);
}

if (part == "tray") tray();
if (part == "lid") translate([0, 0, top_z + floor_z]) rotate([180, 0, 0]) translate([0, -outer.y, 0]) lid();
if (part == "button") button_pin();
if (part == "both") { tray(); translate([0, 0, 18]) lid(); }
