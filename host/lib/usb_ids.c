/*
 * Opens usb.ids where distributions put it. Without it devices go by number, which is no error.
 */
#include "lib/usb_ids.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "usb/names.h"

static const char *const places[] = {"/usr/share/misc/usb.ids", "/usr/share/hwdata/usb.ids",
                                     "/var/lib/usbutils/usb.ids"};

static void load(struct usb_ids *ids)
{
	ids->tried = true;
	for (unsigned i = 0; i < sizeof(places) / sizeof(places[0]) && !ids->text; i++) {
		int fd = open(places[i], O_RDONLY | O_CLOEXEC);
		struct stat st;
		void *text;

		if (fd < 0)
			continue;
		if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size > 0) {
			text = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
			if (text != MAP_FAILED) {
				ids->text = text;
				ids->len = (size_t)st.st_size;
			}
		}
		close(fd);
	}
}

void usb_ids_names(void *context, uint16_t vid, uint16_t pid, char *vendor, size_t vendor_size,
                   char *product, size_t product_size)
{
	struct usb_ids *ids = context;

	if (!ids->tried)
		load(ids);
	if (vendor_size)
		vendor[0] = '\0';
	if (product_size)
		product[0] = '\0';
	if (ids->text)
		usb_names_find(ids->text, ids->len, vid, pid, vendor, vendor_size, product,
		               product_size);
}

void usb_ids_release(struct usb_ids *ids)
{
	if (ids->text)
		munmap((void *)(uintptr_t)ids->text, ids->len);
	*ids = (struct usb_ids){0};
}
