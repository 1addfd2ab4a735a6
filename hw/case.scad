// Case of the tap: a tray and a lid, printed without support, held by four M3 x 12 screws.
// In: the positions of ports and parts on the board (hw/check/board.py holds them against cordon-tap.kicad_pcb).
// Out: part = "tray", "lid" or "both" (`make hw-case` writes an STL of each). Unbuilt, unmeasured.

part = "both";

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

module lid() {
	difference() {
		union() {
			intersection() { shell(); translate([-1, -1, split_z]) cube([outer.x + 2, outer.y + 2, top_z]); }
			// the board is held between these and the tray's; the screws bite in here
			bosses(split_z, top_z + 0.01, 6.6);
		}
		bosses(split_z - 1, top_z - 1, 2.6);
		for (l = lights) translate([at([l[1], l[2]]).x, at([l[1], l[2]]).y, top_z - 1]) cylinder(d = 3.2, h = 5);
		// a 3 mm rod or a finger reaches the button through this
		translate([at([button[1] + 3.25, button[2] + 2.25]).x, at([button[1] + 3.25, button[2] + 2.25]).y, top_z - 1]) cylinder(d = 6, h = 5);
		for (a = [0:60:300]) translate([at([sounder[1] + 2.5, sounder[2]]).x + 4 * cos(a), at([sounder[1] + 2.5, sounder[2]]).y + 4 * sin(a), top_z - 1]) cylinder(d = 1.8, h = 5);
		engrave();
	}
}

module label(x, y, t, turn = 0, size = 3) {
	translate([at([x, y]).x, at([x, y]).y, top_z + floor_z - 0.6]) rotate(turn) linear_extrude(2) text(t, size = size, $fn = 8, halign = "center", valign = "center", font = "DejaVu Sans:style=Bold");
}

module engrave() {
	label(5, 15.5, "NEAR A", 90, 2.4);
	label(5, 32, "NEAR C", 90, 2.4);
	label(5, 64, "antenna", 90, 2.4);
	label(31.2, 84, "HOST");
	label(124, 22, "FAR A", 90, 2.4);
	label(124, 39.5, "FAR micro", 90, 2.2);
	label(124, 57, "FAR C", 90, 2.4);
	label(124, 76, "antenna", 90, 2.4);
	label(70.9, 5, "PC");
	label(97, 9, "ok", 90, 2.4);
	label(103, 13, "suspect", 90, 2.4);
	label(109, 12, "alarm", 90, 2.4);
	label(88.25, 13, "TEST");
	label(70, 45, "Cordon", 0, 12);
	label(70, 57, "unbuilt, unmeasured", 0, 4);
}

if (part == "tray") tray();
if (part == "lid") translate([0, 0, top_z + floor_z]) rotate([180, 0, 0]) translate([0, -outer.y, 0]) lid();
if (part == "both") { tray(); translate([0, 0, 18]) lid(); }
