/* image.c - looks into ELF files, and loads private copies of them. */
#define _GNU_SOURCE /* memfd_create */
#include "sim/image.h"

#include <dlfcn.h>
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

static const char help_shared[] =
    "it is made with 'cc -shared -fPIC -o NAME.so NAME.c', with the include path of core/cogen.h";

static int refuse(struct sim_image_problem *problem, const char *what, const char *detail,
                  const char *help) {
    (void)snprintf(problem->what, sizeof problem->what, "%s%s", what, detail);
    (void)snprintf(problem->help, sizeof problem->help, "%s", help);
    return COG_EINVALID;
}

/* ---- Looking ---- */

#if defined(__x86_64__)
enum { MACHINE = EM_X86_64 };
#elif defined(__aarch64__)
enum { MACHINE = EM_AARCH64 };
#elif defined(__riscv)
enum { MACHINE = EM_RISCV };
#else
enum { MACHINE = EM_NONE }; /* any: the loader will tell */
#endif

/* A file as it is mapped to be looked at. */
struct view {
    const char *bytes;
    size_t count;
};

/* The part of the file from an offset on, if it is all there. */
static const void *part(const struct view *view, uint64_t offset, uint64_t bytes) {
    return offset <= view->count && bytes <= view->count - offset ? view->bytes + offset : NULL;
}

static bool has_interpreter(const struct view *view, const Elf64_Ehdr *header) {
    for (uint32_t i = 0; i < header->e_phnum; i++) {
        Elf64_Phdr segment;
        const void *at = part(view, header->e_phoff + i * sizeof segment, sizeof segment);
        if (at == NULL) {
            return false;
        }
        memcpy(&segment, at, sizeof segment);
        if (segment.p_type == PT_INTERP) {
            return true;
        }
    }
    return false;
}

static bool exports(const struct view *view, const Elf64_Shdr *symbols, const Elf64_Shdr *texts,
                    const char *name) {
    size_t bytes = strlen(name) + 1;
    for (uint64_t at = 0; at + sizeof(Elf64_Sym) <= symbols->sh_size; at += sizeof(Elf64_Sym)) {
        Elf64_Sym symbol;
        const void *entry = part(view, symbols->sh_offset + at, sizeof symbol);
        if (entry == NULL) {
            return false;
        }
        memcpy(&symbol, entry, sizeof symbol);
        const void *text = part(view, texts->sh_offset + symbol.st_name, bytes);
        if (symbol.st_shndx != SHN_UNDEF && text != NULL && memcmp(text, name, bytes) == 0) {
            return true;
        }
    }
    return false;
}

/* True also where it cannot be told: then the loader will. */
static bool exports_main(const struct view *view, const Elf64_Ehdr *header) {
    for (uint32_t i = 0; i < header->e_shnum; i++) {
        Elf64_Shdr section;
        Elf64_Shdr texts;
        const void *at = part(view, header->e_shoff + i * sizeof section, sizeof section);
        if (at == NULL) {
            return true;
        }
        memcpy(&section, at, sizeof section);
        if (section.sh_type != SHT_DYNSYM) {
            continue;
        }
        at = part(view, header->e_shoff + section.sh_link * sizeof texts, sizeof texts);
        if (at == NULL) {
            return true;
        }
        memcpy(&texts, at, sizeof texts);
        return exports(view, &section, &texts, "cog_main");
    }
    return true;
}

static int check_view(const struct view *view, struct sim_image_problem *problem) {
    Elf64_Ehdr header;
    const void *at = part(view, 0, sizeof header);
    if (at == NULL || memcmp(at, ELFMAG, SELFMAG) != 0) {
        return refuse(problem, "is no shared object", "", help_shared);
    }
    memcpy(&header, at, sizeof header);
    bool is_ours = header.e_ident[EI_CLASS] == (sizeof(void *) == 8 ? ELFCLASS64 : ELFCLASS32) &&
                   (MACHINE == EM_NONE || header.e_machine == MACHINE);
    if (!is_ours) {
        return refuse(problem, "is made for another processor", "",
                      "it is loaded into cogsim, and must be built for the same processor");
    }
    if (header.e_ident[EI_CLASS] != ELFCLASS64) {
        return COG_OK; /* the loader will tell */
    }
    if (header.e_type != ET_DYN || has_interpreter(view, &header)) {
        return refuse(problem, "is no shared object",
                      header.e_type == ET_REL ? ", but an object file" : ", but an executable",
                      help_shared);
    }
    if (part(view, header.e_shoff, (uint64_t)header.e_shnum * header.e_shentsize) == NULL) {
        return refuse(problem, "is cut off", "", help_shared);
    }
    if (!exports_main(view, &header)) {
        return refuse(problem, "exports no 'cog_main'", "",
                      "a host's program defines 'int cog_main(struct cog_scheduler *scheduler)', "
                      "which adds its coroutines");
    }
    return COG_OK;
}

static int check_file(int file, struct sim_image_problem *problem) {
    struct stat found;
    if (fstat(file, &found) != 0 || !S_ISREG(found.st_mode) || found.st_size == 0) {
        return refuse(problem, "is no shared object", "", help_shared);
    }
    struct view view = {.count = (size_t)found.st_size};
    void *mapped = mmap(NULL, view.count, PROT_READ, MAP_PRIVATE, file, 0);
    if (mapped == MAP_FAILED) {
        return refuse(problem, "cannot be read: ", strerror(errno), "can it be read by you?");
    }
    view.bytes = mapped;
    int status = check_view(&view, problem);
    (void)munmap(mapped, view.count);
    return status;
}

static int open_file(const char *path, int *file, struct sim_image_problem *problem) {
    *file = open(path, O_RDONLY | O_CLOEXEC);
    if (*file < 0) {
        return refuse(problem, "cannot be read: ", strerror(errno), "can it be read by you?");
    }
    return COG_OK;
}

int sim_image_check(const char *path, struct sim_image_problem *problem) {
    int file;
    int status = open_file(path, &file, problem);
    if (status == COG_OK) {
        status = check_file(file, problem);
        (void)close(file);
    }
    return status;
}

/* ---- Loading ---- */

static bool copy(int from, int to) {
    char buffer[65536];
    for (;;) {
        ssize_t count = read(from, buffer, sizeof buffer);
        if (count <= 0) {
            return count == 0;
        }
        for (ssize_t done = 0; done < count;) {
            ssize_t written = write(to, buffer + done, (size_t)(count - done));
            if (written < 0) {
                return false;
            }
            done += written;
        }
    }
}

/* What the loader says begins with the name of the copy, which nobody knows. */
static const char *loader_text(const char *copy_path) {
    const char *text = dlerror();
    if (text == NULL) {
        return "the loader does not say why";
    }
    size_t bytes = strlen(copy_path);
    bool is_named = strncmp(text, copy_path, bytes) == 0 && strncmp(text + bytes, ": ", 2) == 0;
    return is_named ? text + bytes + 2 : text;
}

/* Where a part of it lies, and all of it that is loaded. */
struct extent {
    const char *inside;
    const char *base;
    size_t bytes;
    size_t data; /* offsets of the variables */
    size_t data_end;
};

static int find_extent(struct dl_phdr_info *info, size_t bytes, void *context) {
    (void)bytes;
    struct extent *extent = context;
    const char *base = (const char *)info->dlpi_addr;
    size_t end = 0;
    size_t data = 0;
    size_t data_end = 0;
    size_t constant = 0; /* the loader lets nobody write before this */
    for (uint32_t i = 0; i < info->dlpi_phnum; i++) {
        if (info->dlpi_phdr[i].p_type == PT_LOAD) {
            size_t last = info->dlpi_phdr[i].p_vaddr + info->dlpi_phdr[i].p_memsz;
            end = last > end ? last : end;
            if ((info->dlpi_phdr[i].p_flags & PF_W) != 0) {
                data = info->dlpi_phdr[i].p_vaddr;
                data_end = last;
            }
        } else if (info->dlpi_phdr[i].p_type == PT_GNU_RELRO) {
            constant = info->dlpi_phdr[i].p_vaddr + info->dlpi_phdr[i].p_memsz;
        }
    }
    if (extent->inside < base || (size_t)(extent->inside - base) >= end) {
        return 0;
    }
    extent->base = base;
    extent->bytes = end;
    constant &= ~(size_t)(sysconf(_SC_PAGESIZE) - 1);
    extent->data = constant > data ? constant : data;
    extent->data_end = data_end > extent->data ? data_end : extent->data;
    return 1;
}

/* The loader knows files by their inodes, and by their names, and would give the same image to all
 * hosts: each gets a file of its own, in memory, which stays open so that no other has its name. */
static int load_copy(struct sim_image *image, int file, struct sim_image_problem *problem) {
    char path[64];
    int private_file = memfd_create("cogsim-program", MFD_CLOEXEC);
    if (private_file < 0 || !copy(file, private_file)) {
        int error_number = errno;
        if (private_file >= 0) {
            (void)close(private_file);
        }
        return refuse(problem, "cannot be copied: ", strerror(error_number),
                      "is there memory left?");
    }
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", private_file);
    image->handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (image->handle == NULL) {
        (void)refuse(problem, "cannot be loaded: ", loader_text(path),
                     "it may use what core/cogen.h declares, and libraries that are installed");
    }
    image->file = private_file;
    if (image->handle == NULL) {
        (void)close(private_file);
        return COG_EINVALID;
    }
    return COG_OK;
}

int sim_image_open(struct sim_image *image, const char *path, struct sim_image_problem *problem) {
    *image = (struct sim_image){.handle = NULL};
    int file;
    int status = open_file(path, &file, problem);
    if (status != COG_OK) {
        return status;
    }
    status = check_file(file, problem);
    status = status == COG_OK ? load_copy(image, file, problem) : status;
    (void)close(file);
    if (status != COG_OK) {
        return status;
    }
    void *symbol = dlsym(image->handle, "cog_main");
    if (symbol == NULL) {
        sim_image_close(image);
        return refuse(problem, "exports no 'cog_main'", "", "it adds the program's coroutines");
    }
    memcpy(&image->main, &symbol, sizeof image->main);
    struct extent extent = {.inside = symbol};
    if (dl_iterate_phdr(find_extent, &extent) == 1) {
        image->base = extent.base;
        image->bytes = extent.bytes;
        image->data = (char *)symbol - ((const char *)symbol - extent.base) + extent.data;
        image->data_bytes = extent.data_end - extent.data;
    }
    return COG_OK;
}

void sim_image_close(struct sim_image *image) {
    if (image->handle != NULL) {
        (void)dlclose(image->handle);
        (void)close(image->file);
        if (image->kept != NULL) {
            cog_release(image->allocator, image->kept, image->data_bytes);
            image->kept = NULL;
        }
    }
    image->handle = NULL;
}

/* ---- Again and again ---- */

/* Byte for byte, also what AddressSanitizer lets nobody touch: the gaps between variables. */
__attribute__((no_sanitize_address)) static void copy_data(char *to, const char *from,
                                                           size_t bytes) {
    volatile char *target = to;
    for (size_t i = 0; i < bytes; i++) {
        target[i] = from[i];
    }
}

int sim_image_keep(struct sim_image *image, const struct cog_allocator *allocator) {
    image->allocator = allocator;
    image->kept = cog_allocate(allocator, image->data_bytes > 0 ? image->data_bytes : 1);
    if (image->kept == NULL) {
        return COG_ENOMEM;
    }
    copy_data(image->kept, image->data, image->data_bytes);
    return COG_OK;
}

void sim_image_reset(struct sim_image *image) {
    if (image->kept != NULL) {
        copy_data(image->data, image->kept, image->data_bytes);
    }
}
