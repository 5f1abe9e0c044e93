package dates

// abbreviation is what an abbreviation of a zone means to PHP, which takes the
// first of its many meanings.
type abbreviation struct {
	seconds int
	dst     bool
}

var abbreviations = map[string]abbreviation{
	"acdt": {37800, true}, "acst": {34200, false}, "addt": {-7200, true}, "adt": {-10800, true},
	"aedt": {39600, true}, "aest": {36000, false}, "ahdt": {-32400, true}, "ahst": {-36000, false},
	"akdt": {-28800, true}, "akst": {-32400, false}, "amt": {-13840, false}, "apt": {-10800, true},
	"ast": {-14400, false}, "awdt": {32400, true}, "awst": {28800, false}, "awt": {-10800, true},
	"bdst": {7200, true}, "bdt": {-36000, true}, "bmt": {-14309, false}, "bst": {3600, true},
	"cast": {34200, false}, "cat": {7200, false}, "cddt": {-14400, true}, "cdt": {-18000, true},
	"cemt": {10800, true}, "cest": {7200, true}, "cet": {3600, false}, "cmt": {-15408, false},
	"cpt": {-18000, true}, "cst": {-21600, false}, "cwt": {-18000, true}, "chst": {36000, false},
	"dmt": {-1521, false}, "eat": {10800, false}, "eddt": {-10800, true}, "edt": {-14400, true},
	"eest": {10800, true}, "eet": {7200, false}, "emt": {-26248, false}, "ept": {-14400, true},
	"est": {-18000, false}, "ewt": {-14400, true}, "ffmt": {-14660, false}, "fmt": {-4056, false},
	"gdt": {39600, true}, "gmt": {0, false}, "gst": {36000, false}, "hdt": {-34200, true},
	"hkst": {32400, true}, "hkt": {28800, false}, "hmt": {-19776, false}, "hpt": {-34200, true},
	"hst": {-36000, false}, "hwt": {-34200, true}, "iddt": {14400, true}, "idt": {10800, true},
	"imt": {25025, false}, "ist": {7200, false}, "jdt": {36000, true}, "jmt": {8440, false},
	"jst": {32400, false}, "kdt": {36000, true}, "kmt": {5736, false}, "kst": {30600, false},
	"lst": {9394, true}, "mddt": {-18000, true}, "mdst": {16279, true}, "mdt": {-21600, true},
	"mest": {7200, true}, "met": {3600, false}, "mmt": {9017, false}, "mpt": {-21600, true},
	"msd": {14400, true}, "msk": {10800, false}, "mst": {-25200, false}, "mwt": {-21600, true},
	"nddt": {-5400, true}, "ndt": {-9052, true}, "npt": {-9000, true}, "nst": {-12600, false},
	"nwt": {-9000, true}, "nzdt": {46800, true}, "nzmt": {41400, false}, "nzst": {43200, false},
	"pddt": {-21600, true}, "pdt": {-25200, true}, "pkst": {21600, true}, "pkt": {18000, false},
	"plmt": {25590, false}, "pmt": {-13236, false}, "ppmt": {-17340, false}, "ppt": {-25200, true},
	"pst": {-28800, false}, "pwt": {-25200, true}, "qmt": {-18840, false}, "rmt": {5794, false},
	"sast": {7200, false}, "sdmt": {-16800, false}, "sjmt": {-20173, false}, "smt": {-13884, false},
	"sst": {-39600, false}, "tbmt": {10751, false}, "tmt": {12344, false}, "uct": {0, false},
	"utc": {0, false}, "wast": {7200, true}, "wat": {3600, false}, "wemt": {7200, true},
	"west": {3600, true}, "wet": {0, false}, "wib": {25200, false}, "wita": {28800, false},
	"wit": {32400, false}, "wmt": {5040, false}, "yddt": {-25200, true}, "ydt": {-28800, true},
	"ypt": {-28800, true}, "yst": {-32400, false}, "ywt": {-28800, true},
}
